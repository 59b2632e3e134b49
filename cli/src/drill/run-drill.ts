import { CliError, messageOf } from '@drillbook/content/errors'
import type { Journal, PhaseName, PhaseRecord } from './journal.ts'
import { DRILL_PREFIX } from './message.ts'
import { detect } from './phases/detect.ts'
import { gate } from './phases/gate.ts'
import { confirm, hypothesis, inject } from './phases/inject.ts'
import { recover, walk } from './phases/mend.ts'
import { mitigate } from './phases/mitigate.ts'
import { notify } from './phases/notify.ts'
import { prove } from './phases/prove.ts'
import { report } from './phases/report.ts'
import { resolve } from './phases/resolve.ts'
import { rollBack, verify } from './phases/roll-back.ts'
import { score } from './phases/score.ts'
import { Interrupted, NotProven, PhaseFailure, type Run } from './run.ts'
import { decide, type Stop } from './verdict.ts'

type Phase = [PhaseName, (run: Run) => Promise<string>]

/** Until one fails. What was started is undone after them in any case. */
const FORWARD: readonly Phase[] = [
  ['gate', gate],
  ['hypothesis', hypothesis],
  ['inject', inject],
  ['confirm', confirm],
  ['detect', detect],
  ['notify', notify],
  ['walk', walk],
  ['mitigate', mitigate],
  ['recover', recover],
  ['resolve', resolve],
  ['prove', prove],
]
const BACKWARD: readonly Phase[] = [
  ['roll back', rollBack],
  ['verify', verify],
]

/**
 * Runs a drill to its end. Resolves to the journal with its verdict, whatever it is; throws only what happened before
 * anything was started (refused, unreachable, wrong use) and bugs of ours, after the roll back.
 */
export async function runDrill(run: Run): Promise<Journal> {
  const { data } = run.journal
  let stop: Stop | undefined
  let thrown: unknown
  for (const phase of FORWARD) {
    const result = stop === undefined ? await runPhase(run, phase) : skip(run, phase[0])
    stop ??= result?.stop
    thrown ??= result?.thrown
  }
  if (run.lease === undefined && thrown !== undefined) {
    await close(run, stop)
    throw thrown
  }
  for (const phase of BACKWARD) {
    const result = run.lease === undefined ? skip(run, phase[0]) : await runPhase(run, phase)
    stop ??= result?.stop
    thrown ??= result?.thrown
  }
  run.lease?.stop()
  const scored = await runPhase(run, ['score', score])
  stop ??= scored?.stop
  thrown ??= scored?.thrown
  await close(run, stop)
  await runPhase(run, ['report', report])
  if (thrown !== undefined && !(thrown instanceof CliError)) throw thrown
  return data
}

/** The verdict, on disk and in Slack. */
async function close(run: Run, stop: Stop | undefined): Promise<void> {
  const { data } = run.journal
  run.stop = stop
  await run.observer.stop()
  const { verdict, reasons } = decide(data, { stop, lagged: laggedIn(run) })
  data.verdict = verdict
  data.reasons = reasons
  data.finishedAt = new Date().toISOString()
  run.journal.save()
  const heard = (await run.slack?.flush())?.every((delivery) => delivery.delivered)
  if (heard === true) run.slack?.send(`${DRILL_PREFIX}: ${data.title} in ${data.environment} is over: ${verdict}.`)
  await run.slack?.flush()
}

/** Why the load was not the load that was meant, or is not known to have been; undefined when it was. */
function laggedIn({ environment, observer, journal }: Run): string | undefined {
  const begun = journal.data.phases.some((p) => p.name === 'inject' && p.status === 'passed')
  if (observer.lagged !== undefined || environment.traffic === undefined || !begun) return observer.lagged
  const unseen = observer.unseen('traffic')
  return unseen && `the load generator was not watched: ${unseen}`
}

interface Result {
  stop?: Stop
  /** What was thrown, when it was not a PhaseFailure. */
  thrown?: unknown
}

async function runPhase(run: Run, [name, work]: Phase): Promise<Result | undefined> {
  const record: PhaseRecord = {
    name,
    status: 'running',
    startedAt: new Date().toISOString(),
    finishedAt: null,
    text: '',
  }
  run.journal.data.phases.push(record)
  run.journal.save()
  run.display.phaseStarts(name)
  let result: Result | undefined
  try {
    record.text = await work(run)
    record.status = 'passed'
  } catch (error) {
    const failure = isInterrupt(run, error) ? new Interrupted() : error
    record.text = messageOf(failure)
    record.status = 'failed'
    if (failure instanceof NotProven) record.notProven = true
    const verdict = failure instanceof PhaseFailure ? failure.verdict : run.lease === undefined ? 'invalid' : 'failed'
    result = {
      stop: {
        verdict,
        reason: failure instanceof NotProven ? record.text : `${name}: ${record.text}`,
        ...(failure instanceof Interrupted ? { code: 'interrupted' as const } : {}),
      },
      ...(failure instanceof PhaseFailure ? {} : { thrown: failure }),
    }
  }
  record.finishedAt = new Date().toISOString()
  run.journal.save()
  run.display.phaseEnds(record)
  return result
}

/** At a question the terminal gives Ctrl-C to the prompt, and no signal is sent. */
function isInterrupt({ signal }: Run, error: unknown): boolean {
  if (error instanceof PhaseFailure) return false
  return signal.aborted || (error instanceof CliError && error.code === 'interrupted')
}

function skip(run: Run, name: PhaseName): undefined {
  const now = new Date().toISOString()
  run.journal.data.phases.push({ name, status: 'skipped', startedAt: now, finishedAt: now, text: 'not reached' })
  run.journal.save()
}
