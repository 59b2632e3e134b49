import type { Check, Journal, PhaseName, Verdict } from './journal.ts'

/** What a drill has watched and expects besides what its journal holds. */
export interface Watched {
  /** The first harm to users that was seen, with protection on. */
  harm: string | undefined
  /** Why something was not seen all the time; undefined when it was. */
  unseen: { alerts: string | undefined; users: string | undefined; aborts: string | undefined }
  mustNotRun: readonly string[]
  hasAborts: boolean
}

type State = Check['state']

/**
 * What a drill has to show; every line of the scorecard's lower half. A check without evidence is `not proven`, and
 * then the drill has failed as if it were bad.
 */
export function checksOf(data: Journal, watched: Watched): Check[] {
  const checks = [
    phaseCheck(data, 'the fault had its effect', 'confirm'),
    everyAlertFired(data),
    nothingUnexpected(data, watched),
    phaseCheck(data, 'Slack was told', 'notify'),
    mendedByRunbook(data),
    phaseCheck(data, 'it recovered', 'recover'),
    phaseCheck(data, 'the alerts resolved', 'resolve'),
    everythingUndone(data),
    phaseCheck(data, 'healthy at the end', 'verify'),
  ]
  if (watched.mustNotRun.length > 0) checks.push(noOtherCause(data, watched.mustNotRun))
  if (watched.hasAborts) {
    const { aborts } = watched.unseen
    checks.push(
      check('abort conditions were watched', aborts === undefined ? 'held' : 'not proven', aborts ?? 'throughout'),
    )
  }
  if (data.protection === 'on') checks.push(usersUnharmed(data, watched))
  return [...checks, ...data.proves.map(({ title, state, text }) => check(title, state, text))]
}

function check(name: string, state: State, text: string): Check {
  return { name, ok: state === 'held', state, text }
}

function phaseCheck(data: Journal, name: string, phase: PhaseName): Check {
  return check(name, stateOf(data, phase), textOf(data, phase))
}

/** A phase that was not reached has shown nothing. */
function stateOf(data: Journal, name: PhaseName): State {
  const phase = data.phases.find((p) => p.name === name)
  if (phase?.status === 'passed') return 'held'
  return phase?.status === 'failed' && phase.notProven !== true ? 'failed' : 'not proven'
}

function textOf(data: Journal, name: PhaseName): string {
  return data.phases.find((p) => p.name === name)?.text ?? 'not reached'
}

/** In time, and known when. */
function everyAlertFired(data: Journal): Check {
  const { expected, fired } = data.alerts
  const silent = expected.filter((alert) => !fired.includes(alert))
  const name = 'every expected alert fired'
  if (silent.length > 0) return check(name, 'failed', `silent: ${silent.join(', ')}`)
  if (stateOf(data, 'detect') !== 'held') return check(name, stateOf(data, 'detect'), textOf(data, 'detect'))
  if (data.times.firingAt === null) return check(name, 'not proven', 'it is not known when they fired')
  return check(name, expected.length > 0 ? 'held' : 'not proven', expected.join(', ') || 'none is expected')
}

function nothingUnexpected(data: Journal, { unseen }: Watched): Check {
  const name = 'nothing unexpected fired'
  if (data.alerts.unexpected.length > 0) return check(name, 'failed', data.alerts.unexpected.join(', '))
  if (stateOf(data, 'inject') !== 'held') return check(name, 'not proven', 'not reached')
  return check(name, unseen.alerts === undefined ? 'held' : 'not proven', unseen.alerts ?? 'nothing')
}

function mendedByRunbook(data: Journal): Check {
  const phase = stateOf(data, 'mitigate')
  const why = phase === 'failed' ? ` (${textOf(data, 'mitigate')})` : ''
  const state = data.mitigatedBy === 'runbook' ? 'held' : data.mitigatedBy === 'none' ? 'not proven' : 'failed'
  const text = `mitigated by: ${data.mitigatedBy}${why}`
  return check('the runbook mended it', phase === 'failed' ? 'failed' : state, text)
}

function noOtherCause(data: Journal, mustNotRun: readonly string[]): Check {
  const name = "no other cause's act ran"
  const wrong = mustNotRun.filter((act) => data.acts.some((a) => a.name === act))
  if (wrong.length > 0) return check(name, 'failed', wrongActs(wrong))
  return check(
    name,
    stateOf(data, 'walk'),
    stateOf(data, 'walk') === 'held' ? `none of ${mustNotRun.join(', ')}` : textOf(data, 'walk'),
  )
}

/** For the phase and for the check of the same. */
export function wrongActs(names: readonly string[]): string {
  return `the wrong cause's act ran: ${names.join(', ')}`
}

/** Every fault that was started was undone, and read back as gone. */
function everythingUndone(data: Journal): Check {
  const name = 'everything is undone'
  const left = data.undo.filter((u) => !u.ok).map((u) => u.what)
  if (left.length > 0) return check(name, 'failed', `left: ${left.join(', ')}`)
  const unseen = data.faults.filter(
    (fault) => !data.undo.some((u) => u.kind === 'fault' && u.what === fault && u.readBack === 'held'),
  )
  const phase = stateOf(data, 'roll back')
  if (phase === 'held' && unseen.length > 0) return check(name, 'not proven', `not read back: ${unseen.join(', ')}`)
  return check(name, phase, textOf(data, 'roll back'))
}

function usersUnharmed(data: Journal, { harm, unseen }: Watched): Check {
  const name = 'users were not harmed'
  if (data.times.injectedAt === null) return check(name, 'not proven', 'not reached')
  if (harm !== undefined) return check(name, 'failed', harm)
  if (unseen.users !== undefined) return check(name, 'not proven', unseen.users)
  if ((data.impact.requests ?? 0) === 0)
    return check(name, 'not proven', `no request was counted: ${data.impact.evidence}`)
  return check(name, 'held', data.hypothesis.title)
}

/** What stopped the drill early, if anything did. */
export interface Stop {
  verdict: 'failed' | 'invalid' | 'aborted'
  reason: string
  /** `interrupted`: Ctrl-C was pressed. */
  code?: 'interrupted'
}

/**
 * Aborted and invalid go before failed: a drill that was stopped, or whose load was not the load that was meant, proves
 * nothing either way.
 */
export function decide(
  data: Journal,
  facts: { stop: Stop | undefined; lagged: string | undefined },
): { verdict: Exclude<Verdict, 'running'>; reasons: string[] } {
  const failed = data.checks.filter((c) => !c.ok).map(complaintOf)
  if (data.checks.length === 0) failed.push('nothing was checked')
  const reasons = [...(facts.stop === undefined ? [] : [facts.stop.reason]), ...(facts.lagged ? [facts.lagged] : [])]
  if (facts.stop?.verdict === 'aborted') return { verdict: 'aborted', reasons }
  if (facts.stop?.verdict === 'invalid') return { verdict: 'invalid', reasons }
  if (facts.lagged !== undefined) return { verdict: 'invalid', reasons: [...reasons, ...failed] }
  if (facts.stop !== undefined || failed.length > 0)
    return { verdict: 'failed', reasons: reasons.length > 0 ? reasons : failed }
  return { verdict: 'passed', reasons: [] }
}

function complaintOf({ name, state, text }: Check): string {
  return `${name}: ${state === 'not proven' ? state : 'no'} (${text})`
}
