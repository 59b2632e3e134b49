import { describe, expect, test } from '@jest/globals'
import type { Journal } from '../../src/drill/journal.ts'
import { isFiring, isResolved, namesRunbook, notificationOf } from '../../src/drill/message.ts'
import { drillReport } from '../../src/drill/report.ts'
import { formatScorecard } from '../../src/drill/scorecard.ts'
import { checksOf, decide, type Watched } from '../../src/drill/verdict.ts'
import { heldJournal, SEEN } from './sample-journal.ts'

const mendedByRollback = (journal: Journal) => Object.assign(journal, { mitigatedBy: 'rollback' })
const NOTHING = { stop: undefined, lagged: undefined }
const unknown = { readBack: 'unknown' }
const unseen = (what: keyof Watched['unseen']) => ({ unseen: { ...SEEN.unseen, [what]: 'not seen for 40 s' } })
const skipped = (name: string) => (journal: Journal) =>
  Object.assign(journal.phases.find((p) => p.name === name) ?? {}, { status: 'skipped', text: 'not reached' })
function judged(change: (journal: Journal) => unknown, watched: Partial<Watched> = {}) {
  const journal = heldJournal()
  change(journal)
  journal.checks = checksOf(journal, { ...SEEN, ...watched })
  return { journal, failing: journal.checks.filter((c) => !c.ok).map((c) => c.name), ...decide(journal, NOTHING) }
}

describe('the verdict', () => {
  test('is passed when everything held', () => {
    expect(judged(() => {})).toMatchObject({ verdict: 'passed', reasons: [], failing: [] })
  })

  test.each<[string, (j: Journal) => unknown]>([
    ['every expected alert fired', (j) => j.alerts.expected.push('NeverFires')],
    ['nothing unexpected fired', (j) => j.alerts.unexpected.push('TargetDown')],
    ['the runbook mended it', mendedByRollback],
    ['everything is undone', (j) => Object.assign(j.undo[0] ?? {}, { ok: false })],
  ])('is failed unless %s', (name, change) => {
    expect(judged(change)).toMatchObject({ verdict: 'failed', failing: [name] })
  })

  test('is failed when users were harmed although protection was on', () => {
    const harm = 'nobody-fails: 3 %'
    expect(judged(() => {}, { harm })).toMatchObject({
      verdict: 'failed',
      failing: ['users were not harmed'],
    })
    expect(judged((j) => Object.assign(j, { protection: 'off' }), { harm }).verdict).toBe('passed')
  })

  const noRequest = (j: Journal) => Object.assign(j.impact, { requests: 0 })
  test.each<[string, string, (j: Journal) => unknown, Partial<Watched>]>([
    ['the fault had its effect', 'when the phase was not reached', skipped('confirm'), {}],
    ['every expected alert fired', 'when nobody knows when', (j) => Object.assign(j.times, { firingAt: null }), {}],
    ['every expected alert fired', 'when that was not waited for', skipped('detect'), {}],
    ['nothing unexpected fired', 'when alerts could not be seen', () => {}, unseen('alerts')],
    ['nothing unexpected fired', 'when no fault was injected', skipped('inject'), {}],
    ['Slack was told', 'when the phase was not reached', skipped('notify'), {}],
    ['the runbook mended it', 'when nobody knows', (j) => Object.assign(j, { mitigatedBy: 'none' }), {}],
    ['it recovered', 'when the phase was not reached', skipped('recover'), {}],
    ['the alerts resolved', 'when the phase was not reached', skipped('resolve'), {}],
    ['everything is undone', 'when a fault was not read back', (j) => Object.assign(j.undo[0] ?? {}, unknown), {}],
    ['everything is undone', 'when there is no record of it', (j) => Object.assign(j, { undo: [] }), {}],
    ['healthy at the end', 'when the phase was not reached', skipped('verify'), {}],
    ['users were not harmed', 'when no request was counted', noRequest, {}],
    ['users were not harmed', 'when they were not counted', (j) => Object.assign(j.impact, { requests: null }), {}],
    ['users were not harmed', 'when they could not be seen', () => {}, unseen('users')],
    ['abort conditions were watched', 'when they were not', () => {}, { ...unseen('aborts'), hasAborts: true }],
    ["no other cause's act ran", 'when the runbook was not walked', skipped('walk'), { mustNotRun: ['flush'] }],
  ])('is failed, as not proven: %s %s', (name, _, change, watched) => {
    const { verdict, journal, reasons } = judged(change, watched)
    const bad = journal.checks.filter((c) => !c.ok)
    expect(bad.map((c) => [c.name, c.state])).toEqual([[name, 'not proven']])
    expect(verdict).toBe('failed')
    expect(reasons).toEqual([expect.stringMatching(/: not proven [(]/)])
  })

  test('names the act of another cause that ran, and not one that did not', () => {
    const mustNotRun = ['use-standby-cache', 'flush']
    expect(judged(() => {}, { mustNotRun })).toMatchObject({
      verdict: 'failed',
      reasons: ["no other cause's act ran: no (the wrong cause's act ran: use-standby-cache)"],
    })
    expect(judged(() => {}, { mustNotRun: ['flush'] }).verdict).toBe('passed')
  })

  test('does not judge harm where the drill says nothing of protection, and says so', () => {
    const { journal, verdict } = judged((j) => Object.assign(j, { protection: null }), { harm: 'nobody-fails: 3 %' })
    expect(verdict).toBe('passed')
    expect(journal.checks.map((c) => c.name)).not.toContain('users were not harmed')
    expect(formatScorecard(journal, (_, s) => s)).toMatch(/Harm to users +not judged/)
  })

  test('is failed when nothing was checked', () => {
    expect(decide({ ...heldJournal(), checks: [] }, NOTHING)).toEqual({
      verdict: 'failed',
      reasons: ['nothing was checked'],
    })
  })

  test('says nothing of users when no fault was injected', () => {
    const { journal } = judged((j) => Object.assign(j.times, { injectedAt: null }))
    expect(journal.checks.at(-1)).toEqual({
      name: 'users were not harmed',
      ok: false,
      state: 'not proven',
      text: 'not reached',
    })
  })

  test('is invalid when the generator lagged, and aborted when it was stopped, whatever else held', () => {
    const { journal } = judged(mendedByRollback)
    const stop = { verdict: 'aborted', reason: 'walk: interrupted' } as const
    expect(decide(journal, { stop: undefined, lagged: 'it lagged' }).verdict).toBe('invalid')
    expect(decide(journal, { stop, lagged: 'it lagged' }).verdict).toBe('aborted')
  })

  test('gives the reason that stopped the drill first', () => {
    const { journal } = judged(mendedByRollback)
    const stop = { verdict: 'failed', reason: 'detect: no metric' } as const
    expect(decide(journal, { stop, lagged: undefined })).toEqual({ verdict: 'failed', reasons: ['detect: no metric'] })
  })
})

describe('a Slack message', () => {
  const message = (id: string, text: string) => ({ id, receivedAt: '2026-11-21T03:00:00.000Z', text })
  const first = message(
    '1',
    'WARNING: cache-outage in lab\n`drillbook respond cache-outage --env lab`\nCacheDown (warning)',
  )
  const second = message(
    '2',
    'WARNING: cache-outage in lab\ndrillbook respond cache-outage\nCacheDown\nCacheErrorsHigh',
  )
  const resolved = message('3', 'RESOLVED: cache-outage in lab\nCacheDown, 03:00 to 03:05')
  const ours = message('4', 'DRILL: cache-outage begins. CacheDown will fire.')

  test('about an alert is the first that names it, and not one of our own', () => {
    const all = [ours, first, second, resolved]
    expect(notificationOf(all, 'cache-outage', 'CacheDown')).toEqual({ message: first, inFirst: true })
    expect(notificationOf(all, 'cache-outage', 'CacheErrorsHigh')).toEqual({ message: second, inFirst: false })
    expect(notificationOf(all, 'cache-outage', 'CacheErrors')).toBeUndefined()
    expect(notificationOf(all, 'memory-leak', 'CacheDown')).toBeUndefined()
  })

  test('is firing, resolved or a drill, and only one of them', () => {
    expect([first, resolved, ours].map((m) => isFiring(m, 'cache-outage'))).toEqual([true, false, false])
    expect([first, resolved, ours].map((m) => isResolved(m, 'cache-outage'))).toEqual([false, true, false])
    expect(namesRunbook(first, 'cache-outage')).toBe(true)
    expect(namesRunbook(resolved, 'cache-outage')).toBe(false)
  })

  test('of triage that names an incident beside it is none of that incident', () => {
    const text =
      'CRITICAL: triage in lab\nFires as well: *cache-outage*. Walk that runbook first.\ndrillbook respond triage --env lab'
    const triage = { id: '1', receivedAt: '2026-11-21T03:15:00.000Z', text }
    expect(isFiring(triage, 'cache-outage')).toBe(false)
    expect(isFiring(triage, 'triage')).toBe(true)
  })
})

test('the scorecard marks what held and what did not', () => {
  const { journal } = judged(mendedByRollback)
  journal.verdict = 'failed'
  const text = formatScorecard(journal, (_, s) => s)
  expect(text).toMatch(/✔ every expected alert fired/)
  expect(text).toMatch(/✘ the runbook mended it +mitigated by: rollback/)
  expect(text).toMatch(/FAILED/)
})

test('the report has every section, and each time with its evidence', () => {
  const { journal } = judged(() => {})
  const report = drillReport(journal, undefined)
  expect([...report.matchAll(/^## (.*)$/gm)].map((m) => m[1])).toEqual([
    'Scorecard',
    'Checks',
    'Timeline (UTC)',
    'Impact',
    'Alerts',
    'What was tried, and what it did',
    'Slack',
    'Five whys',
    'Actions',
    'Undone',
  ])
  expect(report).toContain(
    '| 03:00:00.000 | +0.0 s | **Fault injected** | `the keeper began to inject cache-stopped` |',
  )
  expect(report).toContain('Of 4808 requests, 3 failed (0.06 %) and 12 took longer than 1 s (0.25 %)')
})
