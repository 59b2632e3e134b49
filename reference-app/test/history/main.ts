#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startGround } from './ground.ts'
import { patchedCopy } from './patched-copy.ts'
import { faultsOf, stepsOf } from './plan.ts'
import { PLANTED } from './planted.ts'
import { PROFILES, type ProfileName } from './profiles.ts'
import { report } from './report.ts'
import { run } from './run.ts'

const ME = 'npm run history --'

const USAGE = `${ME} [--seed N] [--seconds N] [--profile NAME] [--planted NAME] [--plan]

Starts Postgres, Redis and the reference app on free ports, uses it as many clients at once, breaks things, and says whether the answers and the
rows can be true together.

  --seed N        which run; default a new one (it is printed), with --planted the one that finds it
  --seconds N     how long at least; default 20. A busy machine takes longer for the same work.
  --profile NAME  what the clients do and what fails; default everything, with --planted the one that finds it
                  ${Object.keys(PROFILES).join(' | ')}
  --planted NAME  examines a copy of the reference app with the bug planted/NAME.patch
  --plan          prints the first steps of every client and the faults, and does nothing
  --help          this

Examples
  ${ME} --seed 42 --seconds 20
  ${ME} --profile settlement --seconds 60
  ${ME} --planted hold-limit-without-the-lock
  ${ME} --seed 42 --plan

Exit status: 0 nothing broken, 1 something is (what, by which operations, and how to see it again), 2 wrong use, 3 it could not be run.
`

interface Wish {
  seed: number
  seconds: number
  profile: ProfileName
  planted: string | undefined
  plan: boolean
}

process.exitCode = await main()

async function main(): Promise<number> {
  const wish = wishOf(process.argv.slice(2))
  if (wish === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  if (typeof wish === 'string') {
    process.stderr.write(`${wish}\nTry ${ME} --help\n`)
    return 2
  }
  const { seed, seconds, profile, planted } = wish
  const copy = planted === undefined ? '' : `, with ${planted}`
  process.stdout.write(`seed ${seed}, profile ${profile}, at least ${seconds} s${copy}\n`)
  if (wish.plan) return printPlan(wish)
  try {
    return await examine(wish)
  } catch (error) {
    process.stderr.write(`it could not be run: ${error instanceof Error ? error.stack : error}\n`)
    return 3
  }
}

/** A text says what is wrong with it. */
function wishOf(args: string[]): Wish | 'help' | string {
  const options = {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    profile: { type: 'string' },
    planted: { type: 'string' },
    plan: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
  try {
    ;({ values } = parseArgs({ args, options }))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  if (values.help) return 'help'
  const bug = PLANTED.find(({ name }) => name === values.planted)
  if (values.planted !== undefined && bug === undefined)
    return `There is no planted bug ${values.planted}. There are:\n  ${PLANTED.map(({ name }) => name).join('\n  ')}`
  const profile = values.profile ?? bug?.profile ?? 'everything'
  if (!isProfile(profile)) return `There is no profile ${profile}. There are: ${Object.keys(PROFILES).join(', ')}`
  const seed = values.seed === undefined ? (bug?.seed ?? Math.floor(Math.random() * 1_000_000)) : Number(values.seed)
  if (!Number.isSafeInteger(seed)) return '--seed takes a whole number'
  const seconds = Number(values.seconds)
  if (!(seconds > 0 && seconds <= 3_600)) return '--seconds takes a number above 0, at most 3600'
  return { seed, seconds, profile, planted: values.planted, plan: values.plan }
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name)
}

function printPlan({ seed, seconds, profile: name }: Wish): number {
  const profile = PROFILES[name]
  for (let client = 0; client < profile.clients; client += 1) {
    const steps = stepsOf(seed, profile, client)
    for (let n = 0; n < 10; n += 1) process.stdout.write(`client ${client} ${JSON.stringify(steps.next().value)}\n`)
  }
  for (const fault of faultsOf(seed, profile, seconds)) process.stdout.write(`${JSON.stringify(fault)}\n`)
  return 0
}

async function examine({ seed, seconds, profile, planted }: Wish): Promise<number> {
  const checkout = fileURLToPath(new URL('../..', import.meta.url))
  const copy = planted === undefined ? undefined : await patchedCopy(planted)
  try {
    const ground = await startGround()
    try {
      const verdict = await run({ seed, profile, seconds, ground, folder: copy?.folder ?? checkout })
      process.stdout.write(`${report(verdict, planted)}\n`)
      return verdict.violations.length === 0 ? 0 : 1
    } finally {
      await ground.remove()
    }
  } finally {
    copy?.remove()
  }
}
