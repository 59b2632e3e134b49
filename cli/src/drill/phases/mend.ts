import { scaledMs } from '../../environment/environment.ts'
import { openIncident } from '../../incident/record.ts'
import { ask, firstHeld, limitOf } from '../condition.ts'
import { lastResolved } from '../message.ts'
import { mark, moment, mustGoOn, PhaseFailure, type Run, waitFor } from '../run.ts'
import { walkForDrill } from '../walk-runbook.ts'

/** The runbook, step by step, as an on-call engineer walks it; its record is an incident that says it was a drill. */
export async function walk(run: Run): Promise<string> {
  const { drill, environment, journal, prometheus, root } = run
  const before = await ask(prometheus, drill.mitigated)
  if (before.holds) {
    journal.data.mitigatedBy = 'itself'
    throw new PhaseFailure(`it was mitigated before the runbook began: ${drill.mitigated.promql} is ${before.text}`)
  }
  const actor = `drill:${drill.name}`
  const record = openIncident({
    root,
    incident: drill.incident,
    environment: environment.name,
    environmentFile: environment.file,
    actor,
    drill: drill.name,
  })
  journal.data.incidentId = record.id
  journal.save()
  const steps = await walkForDrill(run, record, actor)
  mustGoOn(run)
  const failed = steps.filter((s) => s.outcome === 'failed')
  const done = steps.filter((s) => s.outcome === 'done').length
  const left = failed.length === 0 ? '' : `; failed: ${failed.map((s) => s.name).join(', ')}`
  return `${done} of ${steps.length} steps done${left}`
}

/** Users no longer suffer, and the runbook's acts came before that. */
export async function mitigate(run: Run): Promise<string> {
  const { drill, environment, journal, prometheus } = run
  const walkStarted = journal.data.phases.find((p) => p.name === 'walk')?.startedAt
  const from = new Date(walkStarted ?? moment(run, 'injectedAt'))
  let last = 'no answer'
  const seen = await waitFor(run, limitOf(environment, drill.mitigated), async () => {
    const now = await ask(prometheus, drill.mitigated)
    last = now.text
    return now.holds ? { ...now, at: await firstHeld(prometheus, drill.mitigated, from, new Date()) } : undefined
  })
  if (seen === undefined) {
    throw new PhaseFailure(`the runbook was walked, but did not mitigate: ${drill.mitigated.promql} is ${last}`)
  }
  const acts = journal.data.steps.filter((s) => s.kind === 'act' && s.outcome === 'done')
  const firstAct = acts.map((s) => s.startedAt).toSorted()[0]
  const at = seen.at ?? new Date()
  mark(run, 'mitigatedAt', at, `${drill.mitigated.promql} ${drill.mitigated.expect} on stored samples`)
  if (firstAct === undefined || at < new Date(firstAct)) {
    journal.data.mitigatedBy = 'itself'
    throw new PhaseFailure(
      'it was mitigated before any act of the runbook: the drill does not show that the runbook mends it',
    )
  }
  const undone = drill.mendedBy.filter((name) => !acts.some((s) => s.name === name))
  if (undone.length > 0) {
    journal.data.mitigatedBy = 'itself'
    throw new PhaseFailure(`it was mitigated without the steps that have to mend it: ${undone.join(', ')}`)
  }
  journal.data.mitigatedBy = 'runbook'
  return `${drill.mitigated.promql} is ${seen.text}`
}

/** Back to the hypothesis. */
export async function recover(run: Run): Promise<string> {
  const { drill, environment, prometheus } = run
  const since = moment(run, 'mitigatedAt')
  const probes = [drill.recovered, ...drill.hypothesis.probes]
  let last: string[] = []
  const all = await waitFor(run, limitOf(environment, drill.recovered), async () => {
    const seen = await Promise.all(probes.map((probe) => ask(prometheus, probe)))
    last = seen.flatMap((s, i) => (s.holds ? [] : [`${probes[i]?.promql} is ${s.text}`]))
    if (last.length > 0) return undefined
    const now = new Date()
    return { now, held: await Promise.all(probes.map((probe) => firstHeld(prometheus, probe, since, now))) }
  })
  if (all === undefined) throw new PhaseFailure(`not recovered: ${last.join('; ')}`)
  const at = new Date(Math.max(...all.held.map((h) => (h ?? all.now).getTime())))
  mark(
    run,
    'recoveredAt',
    at,
    `${drill.recovered.promql} ${drill.recovered.expect} and the hypothesis, on stored samples`,
  )
  return drill.hypothesis.title
}

/** Nothing of this incident fires any more, and Slack received the message that says so. */
export async function resolve(run: Run): Promise<string> {
  const { drill, environment, observer } = run
  const readable = environment.slack?.received !== undefined
  const resolved = () => lastResolved(observer.messages, drill.incident)
  const all = await waitFor(run, scaledMs(environment, drill.limitsMs.resolve), async () => {
    const quiet = [...observer.firing].length === 0
    return quiet && (!readable || resolved() !== undefined) ? true : undefined
  })
  const message = resolved()
  if (message !== undefined) mark(run, 'resolvedAt', message.receivedAt, `Slack message ${message.id} says resolved`)
  if (all === undefined) {
    const firing = [...observer.firing]
    const why =
      firing.length > 0
        ? `still firing: ${firing.join(', ')}`
        : `the resolved message was not delivered${observer.slackUnreadable === undefined ? '' : `: ${observer.slackUnreadable}`}`
    throw new PhaseFailure(why)
  }
  if (message === undefined) mark(run, 'resolvedAt', new Date(), 'no alert fires in Prometheus')
  return readable ? 'Slack received the resolved message' : 'no alert fires'
}
