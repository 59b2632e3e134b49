import { expect, test } from '@jest/globals'
import type { Item } from '../../src/prove/plan.ts'
import type { ProofVerdict } from '../../src/prove/proof.ts'
import type { Proofs } from '../../src/prove/proof-file.ts'
import { runPlan } from '../../src/prove/run-plan.ts'
import { proofRun } from './proof-run.ts'

const PLAN: Item[] = ['a', 'b', 'c'].map((name) => ({ kind: 'drill', name }))

/** Runs the plan with scripted verdicts; what was run and saved is in the answer. */
async function play(verdicts: ProofVerdict[], before: string[] = []) {
  const ran: string[] = []
  const saved: Proofs[] = []
  const outcome = runPlan(
    PLAN,
    before.map((name) => proofRun({ name })),
    {
      run: async ({ name }) => {
        ran.push(name)
        return proofRun({ name, verdict: verdicts.shift() ?? 'passed' })
      },
      save: (proofs) => saved.push(structuredClone(proofs)),
      begins: () => {},
      ends: () => {},
    },
  )
  return { outcome, ran, saved }
}

test('an invalid run is repeated once and counted; the second verdict stands', async () => {
  const { outcome, ran } = await play(['invalid', 'passed', 'invalid', 'invalid'])
  const { runs, repeatedInvalid } = await outcome
  expect(ran).toEqual(['a', 'a', 'b', 'b', 'c'])
  expect(runs.map((run) => run.verdict)).toEqual(['passed', 'invalid', 'passed'])
  expect(repeatedInvalid).toBe(2)
})

test('a failed run is never repeated, and does not keep the others from being run', async () => {
  const { outcome, ran } = await play(['failed'])
  expect((await outcome).runs.map((run) => run.verdict)).toEqual(['failed', 'passed', 'passed'])
  expect(ran).toEqual(['a', 'b', 'c'])
})

test('what an earlier one has done is kept and not run again', async () => {
  const { outcome, ran } = await play([], ['a', 'b'])
  expect((await outcome).runs.map((run) => run.name)).toEqual(['a', 'b', 'c'])
  expect(ran).toEqual(['c'])
})

test('each run is on disk before the next begins, with the plan', async () => {
  const { outcome, saved } = await play([])
  await outcome
  expect(saved.map(({ runs }) => runs.length)).toEqual([0, 1, 2, 3])
  expect(saved[0]?.plan).toEqual(['drill:a', 'drill:b', 'drill:c'])
})

test('an aborted run ends the plan and is not kept: it is run again when the plan goes on', async () => {
  const { outcome, saved } = await play(['passed', 'aborted'])
  await expect(outcome).rejects.toMatchObject({ code: 'interrupted' })
  expect(saved.at(-1)?.runs.map((run) => run.name)).toEqual(['a'])
})
