import { KeeperRefusedError } from '../../keeper/client.ts'
import { askLine } from '../../terminal/prompt.ts'
import { ask, firstHeld, limitOf } from '../condition.ts'
import { Lease } from '../lease.ts'
import { mark, moment, mustGoOn, PhaseFailure, type Run, waitFor } from '../run.ts'

/** Design part 8: what the keeper waits for when renewals stop. */
const LEASE_SECONDS = 15
/** Longer than any phase limits together; a human's game day may take its time. */
const HARD_LIMIT_SECONDS = 3600

/** What do you expect? Said before, so that being surprised is possible. */
export async function hypothesis(run: Run): Promise<string> {
  const { drill, journal, unattended } = run
  const stdio = { ...run.stdio, signal: run.signal }
  if (unattended || !stdio.interactive) return `${drill.hypothesis.title} (nobody was asked)`
  run.display.line(`Hypothesis: ${drill.hypothesis.title}. What happens is: ${drill.faults.join(', then ')}.`)
  const said = await askLine(stdio, 'What do you expect users and alerts to do?')
  journal.data.hypothesis.saidByHuman = said.trim() || null
  if (run.environment.production) {
    const { name } = run.environment
    const typed = await askLine(stdio, `This is production. Type ${name} to inject the fault:`)
    if (typed.trim() !== name) throw new PhaseFailure(`nobody agreed to a drill in ${name}`, 'aborted')
  }
  return said.trim() || drill.hypothesis.title
}

/** Opens the keeper's session and starts the faults in order. The last one is the outage: its start is injectedAt. */
export async function inject(run: Run): Promise<string> {
  const { drill, keeper, journal, observer } = run
  const session = await keeper.open({
    drill: drill.name,
    incident: drill.incident,
    rollbacks: drill.rollbacks,
    leaseSeconds: LEASE_SECONDS,
    hardLimitSeconds: HARD_LIMIT_SECONDS,
  })
  run.lease = new Lease(keeper, session)
  journal.data.session = session.id
  journal.save()
  for (const name of drill.faults) {
    mustGoOn(run)
    if (name === drill.faults.at(-1)) observer.start(new Date())
    try {
      const fault = await keeper.inject(session.id, name)
      journal.data.faults.push(name)
      mark(run, 'injectedAt', fault.startedAt, `the keeper began to inject ${name}`)
    } catch (error) {
      if (error instanceof KeeperRefusedError && error.reason === 'injection_failed')
        throw new PhaseFailure(error.message)
      throw error
    }
    journal.save()
    run.display.line(`injected ${name}: ${run.environment.faults.get(name)?.summary ?? ''}`)
  }
  return drill.faults.join(', then ')
}

/** "I turned the fault on and nothing happened" is the most repeated complaint about fault injection: look. */
export async function confirm(run: Run): Promise<string> {
  const { drill, prometheus, environment } = run
  let last = 'no answer'
  const seen = await waitFor(run, limitOf(environment, drill.confirm), async () => {
    const now = await ask(prometheus, drill.confirm)
    last = now.text
    if (!now.holds) return undefined
    return { ...now, at: await firstHeld(prometheus, drill.confirm, moment(run, 'injectedAt'), new Date()) }
  })
  if (seen === undefined) {
    throw new PhaseFailure(
      `the fault ${drill.faults.at(-1)} was injected, but had no effect: ${drill.confirm.promql} is ${last}`,
    )
  }
  const how = seen.at === undefined ? 'when it was asked' : 'on stored samples'
  mark(run, 'confirmedAt', seen.at ?? new Date(), `${drill.confirm.promql} ${drill.confirm.expect} ${how}`)
  return `${drill.confirm.promql} is ${seen.text}`
}
