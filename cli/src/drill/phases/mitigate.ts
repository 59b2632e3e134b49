import { ask, firstHeld, limitOf } from '../condition.ts'
import type { BegunAct } from '../journal.ts'
import { mark, moment, PhaseFailure, type Run, waitFor } from '../run.ts'
import { wrongActs } from '../verdict.ts'

/**
 * Users no longer suffer, and that began after an act that has to mend it did, without the acts of other causes. The
 * moment is the first stored sample that holds; without one nobody could say what came first.
 */
export async function mitigate(run: Run): Promise<string> {
  const { drill, environment, journal, prometheus } = run
  const walkStarted = journal.data.phases.find((p) => p.name === 'walk')?.startedAt
  const from = new Date(walkStarted ?? moment(run, 'injectedAt'))
  let last = 'no answer'
  const seen = await waitFor(run, limitOf(environment, drill.mitigated), async () => {
    const now = await ask(prometheus, drill.mitigated)
    last = now.text
    const at = now.holds ? await firstHeld(prometheus, drill.mitigated, from, new Date()) : undefined
    return at && { ...now, at }
  })
  const wrong = drill.mustNotRun.filter((name) => journal.data.acts.some((act) => act.name === name))
  if (seen === undefined) {
    const also = wrong.length === 0 ? '' : `; ${wrongActs(wrong)}`
    throw new PhaseFailure(`the runbook was walked, but did not mitigate: ${drill.mitigated.promql} is ${last}${also}`)
  }
  mark(run, 'mitigatedAt', seen.at, `${drill.mitigated.promql} ${drill.mitigated.expect} on stored samples`)
  const began = firstOf(journal.data.acts.filter((act) => drill.mendedBy.includes(act.name)))
  if (began === undefined || seen.at < began) {
    journal.data.mitigatedBy = 'itself'
    throw new PhaseFailure(
      `it was mitigated before any act that has to mend it began (${drill.mendedBy.join(', ')}): the drill does not show that the runbook mends it`,
    )
  }
  if (wrong.length > 0) {
    journal.data.mitigatedBy = 'unclear'
    throw new PhaseFailure(wrongActs(wrong))
  }
  const done = journal.data.steps.filter((s) => s.kind === 'act' && s.outcome === 'done').map((s) => s.name)
  const undone = drill.mendedBy.filter((name) => !done.includes(name))
  if (undone.length > 0) {
    journal.data.mitigatedBy = 'itself'
    throw new PhaseFailure(`it was mitigated without the steps that have to mend it: ${undone.join(', ')}`)
  }
  journal.data.mitigatedBy = 'runbook'
  return `${drill.mitigated.promql} is ${seen.text}`
}

function firstOf(acts: readonly BegunAct[]): Date | undefined {
  const [first] = acts.map((act) => act.startedAt).toSorted()
  return first === undefined ? undefined : new Date(first)
}
