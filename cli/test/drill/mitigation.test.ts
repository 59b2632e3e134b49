import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Drill } from '../../src/drill/drill.ts'
import type { BegunAct } from '../../src/drill/journal.ts'
import { mitigate } from '../../src/drill/phases/mitigate.ts'
import { mark } from '../../src/drill/run.ts'
import { begunActs } from '../../src/drill/walk-runbook.ts'
import type { IncidentEvent, Outcome } from '../../src/incident/events.ts'
import type { StepRecord } from '../../src/incident/fold.ts'
import { type SmallRun, smallRun } from './small-run.ts'

/** The symptom was there until half a minute ago: so long that a busy machine makes no difference. */
const MENDED_AFTER = -30
let small: SmallRun
beforeEach(async () => {
  small = await smallRun({ extra: '' })
  mark(small.run, 'injectedAt', ago(120), 'a test')
  small.prometheus.answers.set('cache:hit_ratio', [0.95])
  small.prometheus.ranges.set('cache:hit_ratio', [
    [
      [-90, 0],
      [MENDED_AFTER - 0.1, 0],
      [MENDED_AFTER, 0.95],
      [-1, 0.95],
    ],
  ])
})
afterEach(() => small.remove())

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
const act = (name: string, seconds: number): BegunAct => ({ name, startedAt: ago(seconds).toISOString() })

/** Mitigation after these acts, all of which were done unless they are said not to be. */
function mitigated(acts: BegunAct[], drill: Partial<Drill> = {}, undone: string[] = []): Promise<string> {
  const { data } = small.run.journal
  data.acts = acts
  data.steps = acts.map(({ name, startedAt }) => step(name, undone.includes(name) ? 'failed' : 'done', startedAt))
  return mitigate({ ...small.run, drill: { ...small.run.drill, ...drill } })
}
const step = (name: string, outcome: Outcome, startedAt = ago(9).toISOString()): StepRecord => ({
  name,
  title: name,
  phase: 'immediate',
  kind: 'act',
  outcome,
  startedAt,
  finishedAt: startedAt,
})

describe('mitigation', () => {
  test('is the runbook’s when an act that has to mend it began before', async () => {
    await expect(mitigated([act('show-banner', 90), act('use-standby-cache', 60)])).resolves.toMatch(
      /cache:hit_ratio is 95 %/,
    )
    expect(small.run.journal.data.mitigatedBy).toBe('runbook')
    const at = Date.parse(small.run.journal.data.times.mitigatedAt ?? '')
    expect(Math.abs(at - ago(-MENDED_AFTER).getTime())).toBeLessThan(20_000)
  })

  test.each<[string, () => BegunAct[]]>([
    ['only other acts had begun', () => [act('show-banner', 90)]],
    ['the act that has to mend it began only later', () => [act('show-banner', 90), act('use-standby-cache', 1)]],
    ['no act had begun', () => []],
  ])('is nobody’s when %s', async (_, acts) => {
    await expect(mitigated(acts())).rejects.toThrow(
      /mitigated before any act that has to mend it began .use-standby-cache./,
    )
    expect(small.run.journal.data.mitigatedBy).toBe('itself')
  })

  test('fails by name when an act of another cause ran, too', async () => {
    const acts = [act('flush-cache', 70), act('use-standby-cache', 60)]
    await expect(mitigated(acts, { mustNotRun: ['flush-cache', 'grow-pool'] })).rejects.toThrow(
      /^the wrong cause's act ran: flush-cache$/,
    )
    expect(small.run.journal.data.mitigatedBy).toBe('unclear')
  })

  test('fails when an act of another cause was tried and failed, all the same', async () => {
    const acts = [act('flush-cache', 70), act('use-standby-cache', 60)]
    await expect(mitigated(acts, { mustNotRun: ['flush-cache'] }, ['flush-cache'])).rejects.toThrow(/flush-cache/)
  })

  test('fails when one of the acts that have to mend it was not done', async () => {
    const acts = [act('use-standby-cache', 60)]
    const mendedBy = ['use-standby-cache', 'use-cache']
    await expect(mitigated(acts, { mendedBy })).rejects.toThrow(/without the steps that have to mend it: use-cache/)
  })

  test.each<[string, () => void]>([
    ['gives nothing', () => small.prometheus.answers.delete('cache:hit_ratio')],
    ['has no stored sample, so that nobody knows what came first', () => small.prometheus.ranges.clear()],
  ])('fails when the condition %s', async (_, happens) => {
    happens()
    const hasty = { ...small.run.drill.mitigated, withinMs: 1000 }
    await expect(mitigated([act('use-standby-cache', 60)], { mitigated: hasty })).rejects.toThrow(/did not mitigate/)
  })
})

describe('the acts that began', () => {
  const started = (name: string): IncidentEvent => ({
    at: ago(5).toISOString(),
    type: 'act.started',
    step: name,
    title: name,
    phase: 'immediate',
    action: name,
    params: {},
    runs: [],
  })

  test('are those that were started, done, failed or cut off', () => {
    const events = [started('one'), started('two'), started('cut-off')]
    const names = begunActs(events, [step('one', 'done'), step('two', 'failed')], true).map((a) => a.name)
    expect(names).toEqual(['one', 'two', 'cut-off'])
  })

  test('are not those that were skipped, not offered or of which nothing is known', () => {
    const outcomes = ['skipped', 'unattended', 'unknown', 'not-applicable', 'open'] as Outcome[]
    expect(
      begunActs(
        [],
        outcomes.map((outcome) => step(outcome, outcome)),
        false,
      ),
    ).toEqual([])
  })

  test('are also those that a person did by hand, which cannot be when nobody was there', () => {
    const steps = [step('by-hand', 'done'), step('in-vain', 'failed')]
    expect(begunActs([], steps, false).map((a) => a.name)).toEqual(['by-hand', 'in-vain'])
    expect(begunActs([], steps, true)).toEqual([])
  })
})
