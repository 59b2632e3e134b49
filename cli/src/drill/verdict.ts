import type { Check, Journal, Verdict } from './journal.ts'

/** What a drill has to show; every line of the scorecard's lower half. Pure: from the journal alone. */
export function checksOf(data: Journal, seen: { harm: string | undefined }): Check[] {
  const phase = (name: string) => data.phases.find((p) => p.name === name)
  const passed = (name: string) => phase(name)?.status === 'passed'
  const unfired = data.alerts.expected.filter((alert) => !data.alerts.fired.includes(alert))
  const failedUndo = data.undo.filter((u) => !u.ok).map((u) => u.what)
  const checks: Check[] = [
    { name: 'the fault had its effect', ok: passed('confirm'), text: phase('confirm')?.text ?? 'not reached' },
    {
      name: 'every expected alert fired',
      ok: unfired.length === 0,
      text: unfired.length === 0 ? data.alerts.expected.join(', ') : `silent: ${unfired.join(', ')}`,
    },
    {
      name: 'nothing unexpected fired',
      ok: data.alerts.unexpected.length === 0,
      text: data.alerts.unexpected.join(', ') || 'nothing',
    },
    { name: 'Slack was told', ok: passed('notify'), text: phase('notify')?.text ?? 'not delivered: not reached' },
    { name: 'the runbook mended it', ok: data.mitigatedBy === 'runbook', text: `mitigated by: ${data.mitigatedBy}` },
    { name: 'it recovered', ok: passed('recover'), text: phase('recover')?.text ?? 'not reached' },
    { name: 'the alerts resolved', ok: passed('resolve'), text: phase('resolve')?.text ?? 'not reached' },
    {
      name: 'everything is undone',
      ok: passed('roll back') && failedUndo.length === 0,
      text: failedUndo.length === 0 ? (phase('roll back')?.text ?? 'not reached') : `left: ${failedUndo.join(', ')}`,
    },
    { name: 'healthy at the end', ok: passed('verify'), text: phase('verify')?.text ?? 'not reached' },
  ]
  if (data.protection === 'on') {
    checks.push({
      name: 'users were not harmed',
      ok: data.times.injectedAt !== null && seen.harm === undefined,
      text: data.times.injectedAt === null ? 'not reached' : (seen.harm ?? data.hypothesis.title),
    })
  }
  return checks
}

/** What stopped the drill early, if anything did. */
export interface Stop {
  verdict: 'failed' | 'invalid' | 'aborted'
  reason: string
}

/**
 * Aborted and invalid go before failed: a drill that was stopped, or whose load was not the load that was meant, proves
 * nothing either way.
 */
export function decide(
  data: Journal,
  facts: { stop: Stop | undefined; lagged: string | undefined },
): { verdict: Exclude<Verdict, 'running'>; reasons: string[] } {
  const failed = data.checks.filter((c) => !c.ok).map((c) => `${c.name}: no (${c.text})`)
  const reasons = [...(facts.stop === undefined ? [] : [facts.stop.reason]), ...(facts.lagged ? [facts.lagged] : [])]
  if (facts.stop?.verdict === 'aborted') return { verdict: 'aborted', reasons }
  if (facts.stop?.verdict === 'invalid') return { verdict: 'invalid', reasons }
  if (facts.lagged !== undefined) return { verdict: 'invalid', reasons: [...reasons, ...failed] }
  if (facts.stop !== undefined || failed.length > 0)
    return { verdict: 'failed', reasons: reasons.length > 0 ? reasons : failed }
  return { verdict: 'passed', reasons: [] }
}
