import { clockSteps, type Operation } from './history.ts'
import type { Violation } from './model/evidence.ts'
import type { Verdict } from './run.ts'

/** Of one kind of violation so many are shown, the others are counted. */
const SHOWN = 3
/** Of a body, and of a line of a log, so much. Characters. */
const BODY = 240
const LINE = 1_000
/** Of the logs so much: the last lines, which are about what was found. */
const TROUBLES = 10
/** A number that is a moment of our days, in milliseconds since 1970. */
const MOMENT = 1e12

/** For people: what was broken, by which operations, and how to see it again. `planted`: what was examined is a copy with this bug. */
export function report(verdict: Verdict, planted?: string): string {
  const { seed, profile, seconds, violations, history, outages, looks } = verdict
  const byInvariant = Map.groupBy(violations, ({ invariant }) => invariant)
  const found = [...byInvariant].map(([invariant, list]) => {
    const shown = list.slice(0, SHOWN).map((violation) => describe(violation, verdict))
    const more = list.length > SHOWN ? [`  ... and ${list.length - SHOWN} more`] : []
    return [`BROKEN: ${invariant}`, ...shown, ...more].join('\n')
  })
  const tally = Map.groupBy(history.operations, ({ end }) => end?.outcome ?? 'under way')
  const counts = [...tally].map(([outcome, list]) => `${list.length} ${outcome}`).join(', ')
  const lasted = ((history.operations.at(-1)?.invokedAt ?? history.startedAt) - history.startedAt) / 1_000
  const faults = outages.map(
    ({ fault, from, until }) => `${fault} ${time(from, verdict)}..${until === undefined ? '' : time(until, verdict)}`,
  )
  return [
    ...found,
    ...(violations.length === 0 ? [] : circumstances(verdict)),
    `${history.operations.length} operations in ${lasted.toFixed(0)} s: ${counts}; ${looks.taken} looks at the rows, ${looks.missed} missed`,
    `faults: ${faults.join(', ') || 'none'}`,
    ...(violations.length === 0 ? ['nothing broken'] : []),
    `again: npm run history -- --seed ${seed} --profile ${profile} --seconds ${seconds}${planted === undefined ? '' : ` --planted ${planted}`}`,
  ].join('\n')
}

/** Throws the report when it is not so: whatever a test says of a run, the run can be understood and tried again. */
export function insist(isSo: boolean, what: string, verdict: Verdict, planted?: string): void {
  if (!isSo) throw new Error(`${what}\n${report(verdict, planted)}`)
}

/** What may explain it: what went wrong in the processes, and whether the clock by which all is judged was set. */
function circumstances(verdict: Verdict): string[] {
  const { troubles, history } = verdict
  const steps = clockSteps.filter(({ at }) => at > history.startedAt)
  const left = troubles.length > TROUBLES ? [`  ${troubles.length - TROUBLES} before these`] : []
  return [
    `errors in the logs: ${troubles.length || 'none'}`,
    ...left,
    ...troubles.slice(-TROUBLES).map(({ at, name, line }) => `  ${time(at, verdict)} ${name} ${line.slice(0, LINE)}`),
    ...steps.map(({ at, byMs }) => `the machine's clock was set by ${byMs.toFixed(0)} ms at ${time(at, verdict)}`),
  ]
}

function describe({ what, operations, rows = [] }: Violation, verdict: Verdict): string {
  const sorted = [...new Set(operations)].toSorted((a, b) => a.invokedAt - b.invokedAt)
  return [
    `  ${what}`,
    ...sorted.map((operation) => `    ${line(operation, verdict)}`),
    ...rows.map(
      (row) =>
        `    row ${typeof row === 'string' ? row.slice(0, LINE) : JSON.stringify(row, (_, value) => momentOr(value, verdict))}`,
    ),
  ].join('\n')
}

function line({ id, client, userId, instance, call, key, invokedAt, end }: Operation, verdict: Verdict): string {
  const { kind, ...asked } = call
  const span = `${time(invokedAt, verdict)}..${end === undefined ? '' : time(end.at, verdict)}`
  const answer =
    end === undefined
      ? 'under way'
      : `${end.outcome} ${end.status || ''} ${end.code}${end.replayed ? ' replayed' : ''} ${end.outcome === 'ok' ? shortened(end.body) : ''}`
  return `#${id} ${span} client ${client} user ${userId} at ${instance}: ${kind} ${JSON.stringify(asked)}${key === undefined ? '' : ` key ${key}`} -> ${answer.replaceAll(/ +/g, ' ').trim()}`
}

function shortened(body: unknown): string {
  const text = JSON.stringify(body)
  return text.length <= BODY ? text : `${text.slice(0, BODY)}...`
}

/** As the operations have it, so that the two can be compared. */
function momentOr(value: unknown, verdict: Verdict): unknown {
  return typeof value === 'number' && value > MOMENT ? time(value, verdict) : value
}

/** Since the start of the run. */
function time(at: number, { history }: Verdict): string {
  return `${((at - history.startedAt) / 1_000).toFixed(3)}s`
}
