import type { AlertRule } from '@drillbook/content/rules/read-rules'
import type { ProofRun, Seconds } from './proof.ts'

/** What is known of one alert. Absent: no drill expects it. */
export interface AlertRow {
  alert: string
  incident: string
  /** A promtool case in alerts/tests expects it to fire. */
  tested: boolean
  /** Of the runs whose drill expects it: how many there were, and in how many each was seen. */
  runs: number
  fired: number
  delivered: number
  mended: number
  resolved: number
  /** The drills that expect it. */
  drills: string[]
  /** Where its runbook says why no drill can prove it: a path from the folder of the proof. Undefined: a drill can. */
  noDrill: string | undefined
}

/**
 * One line for each alert of the rules. `tested` and `noDrill` (by alert) come from the files, the rest from the runs.
 */
export function alertRows(
  alerts: readonly AlertRule[],
  facts: { tested: ReadonlySet<string>; noDrill: ReadonlyMap<string, string> },
  runs: readonly ProofRun[],
): AlertRow[] {
  const names = [...new Map(alerts.map((rule) => [rule.alert, rule.labels.incident ?? ''])).entries()]
  return names
    .map(([alert, incident]): AlertRow => {
      const meant = runs.filter((run) => run.kind === 'drill' && run.expected.includes(alert))
      const fired = meant.filter((run) => run.fired.includes(alert))
      const count = (holds: (run: ProofRun) => boolean) => fired.filter(holds).length
      return {
        alert,
        incident,
        tested: facts.tested.has(alert),
        runs: meant.length,
        fired: fired.length,
        delivered: count((run) => run.delivered),
        mended: count((run) => run.mended),
        resolved: count((run) => run.resolved),
        drills: [...new Set(meant.map((run) => run.name))],
        noDrill: meant.length === 0 ? facts.noDrill.get(alert) : undefined,
      }
    })
    .sort((a, b) => a.incident.localeCompare(b.incident) || a.alert.localeCompare(b.alert))
}

/** All runs of one drill or control. */
export interface RunRow {
  name: string
  kind: ProofRun['kind']
  runs: number
  passed: number
  verdicts: string
  fired: string[]
  expected: string[]
  /** Median and worst, in seconds; null where no run reached it. */
  median: Seconds | null
  worst: Seconds | null
  overhead: { median: number; worst: number } | null
}

const MARKS = ['detect', 'notify', 'mitigate', 'recover', 'resolve'] as const

export function runRows(runs: readonly ProofRun[]): RunRow[] {
  const groups = Map.groupBy(runs, (run) => `${run.kind} ${run.name}`)
  return [...groups.values()].flatMap((group): RunRow[] => {
    const [first] = group
    if (first === undefined) return []
    const passed = group.filter((run) => run.verdict === 'passed')
    const overheads = passed.flatMap((run) => run.overheadSeconds ?? [])
    return [
      {
        name: first.name,
        kind: first.kind,
        runs: group.length,
        passed: passed.length,
        verdicts: group.map((run) => run.verdict).join(', '),
        fired: [...new Set(group.flatMap((run) => run.fired))].sort(),
        expected: first.expected,
        median: secondsOf(passed, median),
        worst: secondsOf(passed, (values) => Math.max(...values)),
        overhead: overheads.length === 0 ? null : { median: median(overheads), worst: Math.max(...overheads) },
      },
    ]
  })
}

function secondsOf(runs: readonly ProofRun[], pick: (values: number[]) => number): Seconds | null {
  if (!runs.some((run) => run.seconds !== null)) return null
  const at = (mark: (typeof MARKS)[number]) => {
    const values = runs.flatMap((run) => run.seconds?.[mark] ?? [])
    return values.length === 0 ? null : pick(values)
  }
  return {
    detect: at('detect'),
    notify: at('notify'),
    mitigate: at('mitigate'),
    recover: at('recover'),
    resolve: at('resolve'),
  }
}

/** Of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  return ((low ?? 0) + (high ?? 0)) / 2
}
