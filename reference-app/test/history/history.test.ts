import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Lanes } from './lanes.ts'
import { PLANTED } from './planted.ts'
import { PROFILES, type ProfileName } from './profiles.ts'
import { report } from './report.ts'
import { run, type Verdict } from './run.ts'

const REFERENCE_APP = fileURLToPath(new URL('../..', import.meta.url))

/** The whole, with a seed whose plan has every fault of this profile, and one of somebody's choice. */
const WHOLE = [{ seed: 36, seconds: 20 }]
if (process.env.HISTORY_SEED !== undefined) WHOLE.push({ seed: Number(process.env.HISTORY_SEED), seconds: 20 })

/** What the planted bugs are found with, for longer than most of them need. */
const USED = [...new Map(PLANTED.map(({ profile, seed }) => [`${profile} ${seed}`, { profile, seed }])).values()]
const SECONDS = 6

/** For a machine that does much else: it takes longer, and finds the same. */
const LIMIT_MS = 900_000

const lanes = new Lanes<Verdict>()

beforeAll(() => {
  const add = (profile: ProfileName, seed: number, seconds: number) =>
    lanes.add(`${profile} ${seed}`, (ground) => run({ seed, profile, seconds, ground, folder: REFERENCE_APP }))
  for (const { seed, seconds } of WHOLE) add('everything', seed, seconds)
  for (const { profile, seed } of USED) add(profile, seed, SECONDS)
  lanes.begin()
})

afterAll(async () => {
  await lanes.end()
}, LIMIT_MS)

test.each(WHOLE)(
  'everything at once, with everything failing: nothing is broken (seed $seed)',
  async ({ seed }) => {
    const verdict = await lanes.outcome(`everything ${seed}`)
    expect(verdict.violations.length === 0 ? '' : report(verdict)).toBe('')
    expect(new Set(verdict.history.operations.map(({ end }) => end?.outcome))).toEqual(
      new Set(['ok', 'rejected', 'failed', 'unknown']),
    )
    expect(verdict.looks.taken).toBeGreaterThan(10)
    if (seed === 36)
      expect(new Set(verdict.outages.map(({ fault }) => fault))).toEqual(
        new Set(Object.keys(PROFILES.everything.faults)),
      )
  },
  LIMIT_MS,
)

test.each(USED)(
  'the run that finds planted bugs finds none where none is planted: $profile $seed',
  async ({ profile, seed }) => {
    const verdict = await lanes.outcome(`${profile} ${seed}`)
    expect(verdict.violations.length === 0 ? '' : report(verdict)).toBe('')
    expect(verdict.history.operations.filter(({ end }) => end?.outcome === 'ok').length).toBeGreaterThan(20)
  },
  LIMIT_MS,
)
