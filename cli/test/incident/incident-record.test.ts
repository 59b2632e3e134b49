import { appendFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  findIncident,
  type IncidentRecord,
  listIncidents,
  openIncident,
  openIncidents,
  resumeIncident,
} from '../../src/incident/record.ts'
import { renderReport } from '../../src/incident/report.ts'
import { renderTimeline } from '../../src/incident/timeline.ts'
import { lockWalk } from '../../src/incident/walk-lock.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'

let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  folder = drillbookFolder({ prometheusUrl: 'http://127.0.0.1:1', opsUrls: ['http://127.0.0.1:1'] })
})
afterEach(() => folder.remove())

const opened = () => openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'me@here' })
const claims = ({ dir }: IncidentRecord) => readdirSync(dir).filter((name) => name.startsWith('walk.lock'))
const STEP = { step: 'use-spare', title: 'Use the spare', phase: 'immediate' } as const

describe('the record of an incident', () => {
  test('has an id that says when and what, also for two in one second', () => {
    const now = new Date('2026-11-21T03:15:00.900Z')
    const open = () =>
      openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'me@here', now })
    expect([open().id, open().id]).toEqual(['20261121-031500-outage', '20261121-031500-outage.2'])
  })

  test('is read back from the disk by another process, its times in UTC', () => {
    const { id } = opened()
    resumeIncident(folder.root, id).append({ type: 'note', actor: 'you@there', text: 'seen' })
    const state = findIncident(folder.root, 'outage').state()
    expect(state).toMatchObject({ id, incident: 'outage', environment: 'test', status: 'open' })
    expect(state.notes).toEqual([{ at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/), actor: 'you@there', text: 'seen' }])
  })

  test('survives a torn last line: what was there before and what comes after is kept', () => {
    const record = opened()
    appendFileSync(join(record.dir, 'events.jsonl'), '{"at":"2026-11-21T03:15:00.000Z","type":"note","act')
    expect(record.events().map((e) => e.type)).toEqual(['opened'])
    record.append({ type: 'note', actor: 'me@here', text: 'after' })
    expect(record.events().map((e) => e.type)).toEqual(['opened', 'note'])
  })

  test('a folder whose first event was never written is no incident', () => {
    const record = opened()
    writeFileSync(join(record.dir, 'events.jsonl'), '{"at":"20')
    expect(listIncidents(folder.root)).toEqual([])
    expect(() => resumeIncident(folder.root, record.id)).toThrow(CliError)
  })

  test('knows an act that was started and whose end is unknown, until it has one', () => {
    const record = opened()
    record.append({ type: 'walk.started', mode: 'yes', actor: 'a', runbook: 'r', resumes: false })
    record.append({ type: 'act.started', ...STEP, action: 'use-spare', params: {}, runs: [] })
    expect(record.state().unfinishedAct).toMatchObject({ step: 'use-spare', action: 'use-spare' })
    record.append({ type: 'act.finished', ...STEP, action: 'use-spare', ok: false, targets: [], durationMs: 3 })
    expect(record.state().unfinishedAct).toBeUndefined()
    expect(record.state().steps).toMatchObject([{ name: 'use-spare', kind: 'act', outcome: 'failed' }])
  })

  test('a new walk starts with no steps, a resumed one keeps them', () => {
    const record = opened()
    const start = (resumes: boolean) =>
      record.append({ type: 'walk.started', mode: 'yes', actor: 'a', runbook: 'r', resumes })
    const step = { ...STEP, kind: 'check', outcome: 'done', startedAt: '2026-11-21T03:15:00.000Z' } as const
    start(false)
    record.append({ type: 'step.finished', ...step })
    start(true)
    expect(record.state().steps).toHaveLength(1)
    start(false)
    expect(record.state().steps).toHaveLength(0)
  })

  test('drills are not among the open incidents unless they are asked for', () => {
    opened()
    openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'a', drill: 'outage' })
    expect(openIncidents(folder.root)).toHaveLength(1)
    expect(openIncidents(folder.root, { drills: true })).toHaveLength(2)
  })

  test('is found by the beginning of its id, and an ambiguous beginning names the candidates', () => {
    const now = new Date('2026-11-21T03:15:00.000Z')
    const open = (incident: string) =>
      openIncident({ root: folder.root, incident, environment: 'test', actor: 'a', now }).id
    const [a, b] = [open('outage'), open('flood')]
    expect(findIncident(folder.root, '20261121-031500-o').id).toBe(a)
    expect(() => findIncident(folder.root, '20261121')).toThrow(`${b} or ${a}`)
    expect(() => findIncident(folder.root, '../../etc')).toThrow('there is no incident')
  })
})

describe('the walk of an incident belongs to one process', () => {
  test('a second one is refused with the process that has it, until it is given back', () => {
    const record = opened()
    const unlock = lockWalk(record)
    expect(() => lockWalk(record)).toThrow(`is being walked by process ${process.pid}`)
    unlock()
    lockWalk(record)()
    expect(claims(record)).toEqual([])
  })

  const dead = (claim: string) => claim.replace(`-${process.pid}-`, '-4194303-')
  const later = (claim: string) => claim.replace(/-\w+-(\d+)$/, '-1-$1')
  test.each([
    ['a dead process', dead],
    ['a later process with the same number', later],
    ['a writer that was killed', (claim: string) => `${dead(claim)}.new`],
  ])('what %s left is taken over, and removed', (_, left) => {
    const record = opened()
    lockWalk(record)
    const [claim = ''] = claims(record)
    renameSync(join(record.dir, claim), join(record.dir, left(claim)))
    lockWalk(record)()
    expect(claims(record)).toEqual([])
  })

  test('a living claim that cannot be read still counts, and so does one of another host', () => {
    const record = opened()
    lockWalk(record)
    const file = join(record.dir, claims(record)[0] ?? '')
    writeFileSync(file, '{"ho')
    expect(() => lockWalk(record)).toThrow(`is being walked by process ${process.pid}`)
    renameSync(file, dead(file))
    writeFileSync(dead(file), JSON.stringify({ host: 'elsewhere', doing: 'walked' }))
    expect(() => lockWalk(record)).toThrow('is being walked by process 4194303 on elsewhere')
  })
})

describe('the post-mortem', () => {
  test('has the timeline, what was tried and did what, five whys, and the actions that are still open', () => {
    const record = opened()
    record.append({
      type: 'alert',
      name: 'ThingDown',
      state: 'firing',
      severity: 'critical',
      since: '2026-11-21T03:14:00.000Z',
    })
    record.append({
      type: 'walk.started',
      mode: 'interactive',
      actor: 'me@here',
      runbook: 'runbooks/outage.md',
      resumes: false,
    })
    record.append({ type: 'act.started', ...STEP, action: 'use-spare', params: {}, runs: [] })
    const refused = { target: 'http://a', ok: false, status: 409, output: 'cache_read_only', durationMs: 4 }
    record.append({ type: 'act.finished', ...STEP, action: 'use-spare', ok: false, targets: [refused], durationMs: 5 })
    record.append({
      type: 'step.finished',
      step: 'fast',
      title: 'Use the spare',
      phase: 'immediate',
      kind: 'check',
      outcome: 'done',
      startedAt: new Date().toISOString(),
      value: 0.05,
      shown: '50 ms',
      expect: '<= 200ms',
      note: 'a | b',
    })
    record.append({
      type: 'impact',
      service: 'shop',
      from: '2026-11-21T03:14:00.000Z',
      requests: 900,
      failed: 7,
      slow: 30,
    })
    record.append({ type: 'closed', actor: 'me@here' })
    const report = renderReport(folder.root, record)
    expect(report).toContain('# Post-mortem: The thing is out')
    expect(report).toContain('| First sign | 2026-11-21T03:14:00.000Z |')
    expect(report).toContain('Act use-spare FAILED in 5ms (http://a: cache_read_only)')
    expect(report).toMatch(/\| Use the spare \| fast \| done \| 50 ms, wanted <= 200ms, after [\d.]+m?s; a \\\| b \|/)
    expect(report).toContain('| shop | 900 | 7 | 30 |')
    expect(report.match(/^\d\. Why\?/gm)).toHaveLength(5)
    for (const part of ['### Short term', '### Mid term', '### Long term', '- [ ] Buy a second one: two.']) {
      expect(report).toContain(part)
    }
  })

  test('says that the end of an act is unknown when it has none', () => {
    const record = opened()
    record.append({ type: 'act.started', ...STEP, action: 'use-spare', params: {}, runs: [] })
    expect(renderTimeline(record.events())).toContain('Act use-spare started; its end is unknown')
    record.append({ type: 'act.started', ...STEP, action: 'use-spare', params: {}, runs: [] })
    record.append({ type: 'act.finished', ...STEP, action: 'use-spare', ok: true, targets: [], durationMs: 5 })
    expect(renderTimeline(record.events()).match(/its end is unknown/g)).toHaveLength(1)
  })
})
