import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRoot } from '@drillbook/content/root'
import { describe, expect, test } from '@jest/globals'
import { list } from '../../src/commands/incident.ts'
import { readDrill } from '../../src/drill/drill-file.ts'
import { createJournal, listJournals } from '../../src/drill/journal-file.ts'
import { openIncident } from '../../src/incident/record.ts'
import type { Session } from '../../src/keeper/session.ts'
import { StateFile } from '../../src/keeper/state-file.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { responderDesk } from '../walk/desk.ts'

/** One damaged record is named, and does not keep the others from being used. */

const desk = responderDesk()
const opened = (incident: string, second: number) =>
  openIncident({
    root: desk.folder.root,
    incident,
    environment: 'test',
    actor: 'me@here',
    now: new Date(Date.UTC(2026, 10, 21, 3, 15, second)),
  })

/** Calls `look` with every fifth byte of the file changed in one bit, one after the other: every bit has its turn. */
async function flipEach(file: string, look: (offset: number) => unknown): Promise<void> {
  const sound = readFileSync(file)
  for (let offset = 0; offset < sound.length; offset += 5) {
    const flipped = Buffer.from(sound)
    flipped[offset] = (sound[offset] ?? 0) ^ (1 << (offset % 8))
    writeFileSync(file, flipped)
    await look(offset)
  }
  writeFileSync(file, sound)
}

describe('an incident with one flipped bit', () => {
  test('leaves the others in the list, wherever the bit is', async () => {
    const [before, damaged, after] = [opened('outage', 1), opened('outage', 2), opened('outage', 3)]
    damaged.append({ type: 'note', actor: 'a', text: 'seen' })
    await flipEach(join(damaged.dir, 'events.jsonl'), async () => {
      const { stdio, captured } = capturedStdio({ cwd: desk.folder.root.dir })
      await list(stdio, {})
      expect(captured.stdout).toContain(before.id)
      expect(captured.stdout).toContain(after.id)
      if (!captured.stdout.includes(damaged.id)) expect(captured.stderr).toContain(damaged.id)
    })
  })

  test('is named with its line, and another incident is responded to', async () => {
    const damaged = opened('flood', 1)
    const file = join(damaged.dir, 'events.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('opened', 'opfned'))
    const { status, stdout, stderr } = await desk.drillbook('incident', 'list')
    expect([status, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/warning: .*flood\/events\.jsonl:1 {2}is damaged/)
    const responded = await desk.drillbook('respond', 'outage', '--yes')
    expect(responded.status).toBe(0)
    expect(responded.stderr.match(/events\.jsonl:1 {2}is damaged/g)).toHaveLength(1)
    const shown = await desk.drillbook('incident', 'show', damaged.id)
    expect([shown.status, shown.stdout]).toEqual([2, ''])
    expect(shown.stderr).toContain('the event with which it was opened cannot be read')
  })

  test('keeps what else it says: a damaged line in the middle is left out, and said when it is shown', async () => {
    const record = opened('outage', 1)
    for (const text of ['first', 'second']) record.append({ type: 'note', actor: 'a', text })
    const file = join(record.dir, 'events.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"text":"first"', '"text":first"'))
    const { status, stdout, stderr } = await desk.drillbook('incident', 'show', record.id)
    expect(status).toBe(0)
    expect(stdout).toContain('a notes: second')
    expect(stderr).toMatch(/events\.jsonl:2 {2}is damaged/)
  })

  test('that is no file is left out, too', async () => {
    const [one, other] = [opened('outage', 1), opened('outage', 2)]
    rmSync(join(one.dir, 'events.jsonl'))
    execFileSync('mkfifo', [join(one.dir, 'events.jsonl')])
    const { status, stdout, stderr } = await desk.drillbook('incident', 'list')
    expect(status).toBe(0)
    expect(stdout).toContain(other.id)
    expect(stderr).toMatch(/events\.jsonl {2}cannot be read: it is not a regular file/)
  })
})

test("a drill's journal with one flipped bit leaves the others in the list, wherever the bit is", async () => {
  const { root } = desk.folder
  const drill = readDrill(findRoot(import.meta.dirname), 'cache-outage')
  const [first, damaged, last] = [1, 2, 3].map(() => createJournal(root, drill, { name: 'test', speed: 10 }))
  await flipEach(damaged?.path ?? '', () => {
    const warned: string[] = []
    const ids = listJournals(root, ({ file }) => warned.push(file)).map((j) => j.dir)
    expect(ids).toEqual(expect.arrayContaining([first?.dir, last?.dir]))
    if (ids.length < 3) expect(warned).toEqual([damaged?.path])
  })
})

describe("the keeper's state", () => {
  const at = '2026-11-21T03:15:00.000Z'
  const fault = (name: string, state: 'active' | 'undone') => ({
    name,
    state,
    startedAt: at,
    expiresAt: at,
    revert: { exec: ['undo-it', name], timeout: '10s' },
    reverted: { promql: 'up', expect: '== 1', within: '30s' },
  })
  const session: Session = {
    id: 'one',
    drill: 'outage',
    incident: 'outage',
    state: 'live',
    openedAt: at,
    leaseSeconds: 15,
    leaseUntil: at,
    hardLimitAt: at,
    rollbacks: [],
    faults: [fault('cache-hung', 'active'), fault('protection-off', 'undone')],
    undo: [],
  }

  test('with one flipped bit is what was written, from its copy, and that is logged', async () => {
    const dir = join(desk.folder.root.dir, 'keeper')
    const file = new StateFile(dir)
    file.write(session)
    await flipEach(file.path, () => {
      const log: string[] = []
      expect(file.read((message) => log.push(message))).toEqual(session)
      if (log.length > 0) expect(log).toEqual([expect.stringContaining('the state is taken from')])
    })
  })

  test('whose copies are both damaged is refused, with the faults that it says are on', () => {
    const file = new StateFile(join(desk.folder.root.dir, 'keeper'))
    file.write(session)
    for (const name of ['state.json', 'state.copy.json']) {
      const path = join(desk.folder.root.dir, 'keeper', name)
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, -5))
    }
    expect(() => file.read()).toThrow(/cannot be read: .* It names: cache-hung\.$/)
  })

  test('that is no file is refused, and one that was never written is none', () => {
    const dir = join(desk.folder.root.dir, 'keeper')
    const file = new StateFile(dir)
    expect(file.read()).toBeUndefined()
    mkdirSync(file.path)
    expect(() => file.read()).toThrow('it is not a regular file')
  })
})
