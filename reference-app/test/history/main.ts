#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startGround } from './ground.ts'
import { patchedCopy } from './patched-copy.ts'
import { faultsOf, stepsOf } from './plan.ts'
import { PROFILES, type ProfileName } from './profile.ts'
import { report } from './report.ts'
import { run } from './run.ts'

const USAGE = `node reference-app/test/history/main.ts [--seed N] [--seconds N] [--profile NAME] [--planted NAME] [--plan]

  --seed N        which run: default, a new one (its seed is printed)
  --seconds N     how long, default 20
  --profile NAME  ${Object.keys(PROFILES).join(' | ')}; default everything
  --planted NAME  examines a copy of the reference app with planted/NAME.patch
  --plan          prints the first steps of every client and the faults, and does nothing
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    seconds: { type: 'string', default: '20' },
    profile: { type: 'string', default: 'everything' },
    planted: { type: 'string' },
    plan: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const [seed, seconds] = [Number(values.seed), Number(values.seconds)]
const profileName = values.profile as ProfileName
if (values.help || !Number.isSafeInteger(seed) || !(seconds > 0) || !(profileName in PROFILES)) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}
process.stdout.write(`seed ${seed}, profile ${profileName}, ${seconds} s\n`)
process.exitCode = values.plan ? printPlan() : await examine()

function printPlan(): number {
  const profile = PROFILES[profileName]
  for (let client = 0; client < profile.clients; client += 1) {
    const steps = stepsOf(seed, profile, client)
    for (let n = 0; n < 10; n += 1) process.stdout.write(`client ${client} ${JSON.stringify(steps.next().value)}\n`)
  }
  for (const fault of faultsOf(seed, profile, seconds)) process.stdout.write(`${JSON.stringify(fault)}\n`)
  return 0
}

async function examine(): Promise<number> {
  const checkout = fileURLToPath(new URL('../..', import.meta.url))
  const copy = values.planted === undefined ? undefined : await patchedCopy(values.planted)
  const ground = await startGround()
  try {
    const verdict = await run({ seed, profile: profileName, seconds, ground, folder: copy?.folder ?? checkout })
    process.stdout.write(`${report(verdict)}\n`)
    return verdict.violations.length === 0 ? 0 : 1
  } finally {
    await ground.remove()
    copy?.remove()
  }
}
