import { CliError } from '@drillbook/content/errors'
import type { Item } from './plan.ts'
import type { ProofRun } from './proof.ts'
import type { Proofs } from './proof-file.ts'

export interface Steps {
  run(item: Item): Promise<ProofRun>
  /** Puts what is done so far on the disk. */
  save(proofs: Proofs): void
  /** Told before an item is run. */
  begins(item: Item, number: number, again: boolean): void
  /** Told after it. */
  ends(run: ProofRun): void
}

export interface Outcome {
  runs: ProofRun[]
  /** How many runs were invalid and were run once more. */
  repeatedInvalid: number
}

export const labelOf = ({ kind, name }: Item) => `${kind}:${name}`

/**
 * Runs what is left of a plan, one after another, and saves after each. A run that is `invalid` (the machine was too
 * busy to judge) is run once more and the second one counts; `failed` never is. A failure does not end the plan.
 */
export async function runPlan(plan: readonly Item[], before: readonly ProofRun[], steps: Steps): Promise<Outcome> {
  const runs = [...before]
  let repeatedInvalid = 0
  const words = plan.map(labelOf)
  steps.save({ plan: words, runs })
  for (const [i, item] of plan.entries()) {
    if (i < before.length) continue
    steps.begins(item, i + 1, false)
    let run = await steps.run(item)
    if (run.verdict === 'invalid') {
      repeatedInvalid += 1
      steps.ends(run)
      steps.begins(item, i + 1, true)
      run = await steps.run(item)
    }
    steps.ends(run)
    if (run.verdict === 'aborted') {
      throw new CliError('interrupted', `${item.name} was aborted: ${run.reasons[0] ?? 'no reason is known'}`)
    }
    runs.push(run)
    steps.save({ plan: words, runs })
  }
  return { runs, repeatedInvalid }
}
