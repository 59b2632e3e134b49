import { CliError } from '@drillbook/content/errors'
import { runAction } from '../../actions/run-action.ts'
import { pollMs } from '../../prometheus/await-expectation.ts'
import { waitUntil } from '../../prometheus/wait-until.ts'
import { judgeAnswers, unasked, withElapsed } from '../claim.ts'
import { ask, limitOf, type Seen } from '../condition.ts'
import type { Claim } from '../drill.ts'
import type { ClaimRecord } from '../journal.ts'
import { moment, mustGoOn, NotProven, PhaseFailure, type Run } from '../run.ts'

/** Everything else that the drill has to prove holds. All of it is asked, also when one does not hold. */
export async function prove(run: Run): Promise<string> {
  const { drill, journal } = run
  if (drill.proves.length === 0) return 'the drill has nothing else to prove'
  const records = await Promise.all(drill.proves.map((claim) => proveOne(run, claim)))
  journal.data.proves = records
  mustGoOn(run)
  const bad = records.filter(({ state }) => state !== 'held')
  if (bad.length === 0) return records.map(({ title }) => title).join('; ')
  const failed = bad.filter(({ state }) => state === 'failed')
  if (failed.length > 0) throw new PhaseFailure(failed.map(textOf).join('; '))
  const [first, ...others] = bad
  if (first === undefined) throw new Error('nothing is bad')
  throw new NotProven(first.title, [first.text, ...others.map(textOf)].join('; '))
}

async function proveOne(run: Run, claim: Claim): Promise<ClaimRecord> {
  const injectedAt = moment(run, 'injectedAt')
  const look = async () => {
    mustGoOn(run)
    const seen = await askClaim(run, claim, injectedAt).catch(asUnseen)
    return { holds: seen.holds, seen }
  }
  const { seen } = await waitUntil(look, {
    withinMs: limitOf(run.environment, claim),
    intervalMs: pollMs(run.environment),
  })
  const state = seen.holds ? 'held' : seen.empty ? 'not proven' : 'failed'
  return { ...unasked(claim), state, text: seen.text, at: new Date().toISOString() }
}

/** Asks once. Without evidence it is `empty` and does not hold. Throws what the client of Prometheus throws. */
async function askClaim(run: Run, claim: Claim, injectedAt: Date): Promise<Seen> {
  if ('promql' in claim) {
    return await ask(run.prometheus, { ...claim, promql: withElapsed(claim.promql, Date.now() - injectedAt.getTime()) })
  }
  const options = { actor: `drill:${run.drill.name}`, signal: run.signal }
  return judgeAnswers(claim, await runAction(run.environment, claim.read, claim.params, options))
}

/** Nobody who answers: no evidence. */
function asUnseen(error: unknown): Seen {
  if (error instanceof CliError) return { holds: false, empty: true, text: error.message }
  throw error
}

function textOf({ title, state, text }: ClaimRecord): string {
  return `${title}: ${state === 'failed' ? text : `${state}: ${text}`}`
}
