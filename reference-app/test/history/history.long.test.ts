import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, test } from '@jest/globals'
import type { FaultName } from './faults.ts'
import { Lanes } from './lanes.ts'
import { PLANTED } from './planted.ts'
import { PROFILES, type ProfileName } from './profiles.ts'
import { insist } from './report.ts'
import { run, type Verdict } from './run.ts'

const REFERENCE_APP = fileURLToPath(new URL('../..', import.meta.url))

/** The whole, with a seed whose plan has every fault of this profile, and one of somebody's choice. */
const WHOLE = [{ seed: 36, seconds: 20 }]
if (process.env.HISTORY_SEED !== undefined) WHOLE.push({ seed: Number(process.env.HISTORY_SEED), seconds: 20 })

/** What the planted bugs are found with besides, for longer than most of them need. */
const USED = [
  ...new Map(PLANTED.map(({ profile, seed }) => [`${profile} ${seed}`, { profile, seed }])).values(),
].filter(({ profile }) => profile !== 'everything')
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
    insist(verdict.violations.length === 0, 'broken', verdict)
    const outcomes = new Set(verdict.history.operations.map(({ end }) => end?.outcome))
    insist(outcomes.size === 4 && !outcomes.has(undefined), `outcomes: ${[...outcomes].join(', ')}`, verdict)
    insist(verdict.looks.taken > 10, `only ${verdict.looks.taken} looks`, verdict)
    const met = new Set(verdict.outages.map(({ fault }) => fault))
    const missed = Object.keys(PROFILES.everything.faults).filter((fault) => !met.has(fault as FaultName))
    insist(seed !== 36 || missed.length === 0, `without ${missed.join(', ')}`, verdict)
  },
  LIMIT_MS,
)

test.each(USED)(
  'the run that finds planted bugs finds none where none is planted: $profile $seed',
  async ({ profile, seed }) => {
    const verdict = await lanes.outcome(`${profile} ${seed}`)
    insist(verdict.violations.length === 0, 'broken', verdict)
    const done = verdict.history.operations.filter(({ end }) => end?.outcome === 'ok').length
    insist(done > 20, `only ${done} were done`, verdict)
  },
  LIMIT_MS,
)
