import { wasOffered } from '../../incident/fold.ts'
import { openIncident } from '../../incident/record.ts'
import { ask, firstHeld, limitOf } from '../condition.ts'
import { mark, moment, mustGoOn, NotProven, PhaseFailure, type Run, waitFor } from '../run.ts'
import { silentMs } from '../sightings.ts'
import { walkForDrill } from '../walk-runbook.ts'

/** The runbook, step by step, as an on-call engineer walks it; its record is an incident that says it was a drill. */
export async function walk(run: Run): Promise<string> {
  const { drill, environment, journal, prometheus, root } = run
  const before = await waitFor(run, silentMs(environment), async () => {
    const now = await ask(prometheus, drill.mitigated)
    return now.empty ? undefined : now
  })
  if (before === undefined) {
    throw new NotProven('mitigation', `${drill.mitigated.promql} gives nothing before the runbook begins`)
  }
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
  return `${done} of ${steps.filter(wasOffered).length} steps done${left}`
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
  const how = all.held.includes(undefined) ? 'when it was asked' : 'on stored samples'
  const at = new Date(Math.max(...all.held.map((h) => (h ?? all.now).getTime())))
  mark(run, 'recoveredAt', at, `${drill.recovered.promql} ${drill.recovered.expect} and the hypothesis, ${how}`)
  return drill.hypothesis.title
}
