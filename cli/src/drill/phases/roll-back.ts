import { CliError } from '@drillbook/content/errors'
import { scaledMs } from '../../environment/environment.ts'
import type { Session, UndoRecord } from '../../keeper/session.ts'
import { waitUntil } from '../../prometheus/wait-until.ts'
import { ask, firstHeld, limitOf } from '../condition.ts'
import { PhaseFailure, POLL_MS, type Run } from '../run.ts'

/** The keeper undoes every fault and brings back what the runbook changed. */
export async function rollBack(run: Run): Promise<string> {
  const { keeper, journal, lease } = run
  if (lease === undefined) return 'nothing was started'
  try {
    journal.data.undo = await raceHurry(run, keeper.end(lease.session.id))
  } finally {
    lease.stop()
  }
  const bad = journal.data.undo.filter((u) => !u.ok)
  if (bad.length > 0)
    throw new PhaseFailure(`could not undo ${bad.map(describe).join('; ')}: drillbook drill undo tries again`)
  const unseen = journal.data.undo.filter((u) => u.readBack === 'unknown').map((u) => u.what)
  const note = unseen.length === 0 ? '' : `; nobody could read back ${unseen.join(', ')}`
  return `undone: ${journal.data.undo.map((u) => u.what).join(', ') || 'nothing was on'}${note}`
}

/**
 * The range of the recorded rules at speed 1 (alerts/rules): it has to hold for so long, so that nothing from before
 * the rollback is left in what is looked at.
 */
const WINDOW_MS = 60_000

/** Back to the hypothesis, and quiet. */
export async function verify(run: Run): Promise<string> {
  const { drill, environment, observer } = run
  const limitMs = Math.max(limitOf(environment, drill.recovered), scaledMs(environment, drill.limitsMs.resolve))
  // Not yet, when no fault could be started.
  observer.start(new Date())
  const look = async () => {
    if (run.hurry.aborted) throw new PhaseFailure('nobody waited for it', 'aborted')
    const problems = await problemsOf(run)
    return { holds: problems.length === 0, seen: problems }
  }
  const wait = { withinMs: limitMs, forMs: scaledMs(environment, WINDOW_MS), intervalMs: POLL_MS }
  const { seen: problems } = await waitUntil(look, wait)
  if (problems.length > 0) throw new PhaseFailure(`not back to the hypothesis: ${problems.join('; ')}`)
  await creditRollback(run)
  return `${drill.hypothesis.title}; nothing fires`
}

/** What is not as it was before the drill. */
async function problemsOf({ drill, prometheus, observer }: Run): Promise<string[]> {
  const problems: string[] = []
  for (const probe of [...drill.hypothesis.probes, { name: 'recovered', ...drill.recovered }]) {
    try {
      const seen = await ask(prometheus, probe)
      if (!seen.holds) problems.push(`${probe.name}: ${seen.text}`)
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      problems.push(`${probe.name}: ${error.message}`)
    }
  }
  const firing = [...observer.firing]
  if (firing.length > 0) problems.push(`still firing: ${firing.join(', ')}`)
  else if (!observer.isQuiet) problems.push('it is not known whether alerts fire')
  return problems
}

/** The symptom went away only after the rollback: that is what mended it, not the runbook. */
async function creditRollback(run: Run): Promise<void> {
  const { journal, drill, prometheus } = run
  const undone = journal.data.undo[0]
  if (journal.data.mitigatedBy !== 'none' || undone === undefined) return
  const at = await firstHeld(prometheus, drill.mitigated, new Date(undone.startedAt), new Date())
  if (at !== undefined) journal.data.mitigatedBy = 'rollback'
}

/** A second Ctrl-C stops waiting; the keeper goes on. */
function raceHurry<T>(run: Run, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(new PhaseFailure('not waited for: the keeper goes on; drillbook drill undo shows the end', 'aborted'))
    if (run.hurry.aborted) giveUp()
    run.hurry.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => run.hurry.removeEventListener('abort', giveUp))
  })
}

export function describe(record: UndoRecord): string {
  return `${record.what}: ${record.error ?? `read-back ${record.readBack}`}`
}

/** What is still on, for the person who leaves early. */
export function leftOver(session: Session | undefined): string[] {
  return session?.faults.filter((f) => f.state !== 'undone').map((f) => f.name) ?? []
}
