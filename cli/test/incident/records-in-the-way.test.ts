import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openIncident } from '../../src/incident/record.ts'
import { readProofs } from '../../src/prove/proof-file.ts'
import { responderDesk } from '../walk/desk.ts'

/** Where a record should be, something else is, or the disk is full: exit 2 with its path, no bug of ours, and no waiting. */

const desk = responderDesk()
const NOT_RECORDS: [what: string, make: (path: string) => void][] = [
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  ['a full disk', (path) => symlinkSync('/dev/full', path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
]
/** Puts it in the place of a file or folder below `.drillbook`. */
function inPlaceOf(name: string, make: (path: string) => void): string {
  const path = join(desk.folder.root.records, name)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { recursive: true, force: true })
  make(path)
  return path
}

const opened = () => openIncident({ root: desk.folder.root, incident: 'outage', environment: 'test', actor: 'me@here' })

async function refused(path: string, ...argv: string[]): Promise<void> {
  const { status, stderr } = await desk.drillbook(...argv)
  expect(stderr).not.toContain('This is a bug')
  expect(stderr).toContain(path)
  expect(status).toBe(2)
}

describe.each(NOT_RECORDS)('%s', (_, make) => {
  test('instead of the audit log keeps an action from being run', async () => {
    await refused(inPlaceOf('audit.jsonl', make), 'act', 'repair', '--yes')
    expect(desk.instance.calls).toEqual([])
  })

  test('instead of the events of an incident is named when a note is to be added', async () => {
    const { id } = opened()
    await refused(inPlaceOf(join('incidents', id, 'events.jsonl'), make), 'incident', 'note', id, 'x')
  })
})

const file = (path: string) => writeFileSync(path, '')
test.each([
  ['incidents', ['incident', 'list']],
  ['incidents', ['respond', 'outage', '--yes']],
  ['drills', ['drill', 'list']],
])('a file instead of the folder %s is named by %j', async (folder, argv) => {
  await refused(inPlaceOf(folder, file), ...argv)
})

test.each(NOT_RECORDS.filter(([what]) => what !== 'a full disk'))(
  '%s that is called like a claim of a walk does not stop the walk',
  async (_, make) => {
    const { id } = opened()
    inPlaceOf(join('incidents', id, 'walk.lock.00000000000000-1-x-1'), make)
    expect((await desk.drillbook('respond', id, '--yes')).status).toBe(0)
  },
)

test('a FIFO instead of the proof is refused, and never waited for', () => {
  const path = inPlaceOf('proof-test.json', (at) => execFileSync('mkfifo', [at]))
  expect(() => readProofs(path)).toThrow('it is not a regular file')
})
