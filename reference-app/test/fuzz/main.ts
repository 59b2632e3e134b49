#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { examine } from './examine.ts'
import { startGround } from './ground.ts'
import { unseenSuccesses } from './successes.ts'
import { sweep } from './sweep.ts'

const USAGE = `npm run fuzz -- [--seed N] [--cases N] [--waiting-room off|live]

  --seed N              which run: default, a new one (its seed is printed)
  --cases N             how many requests, default 3000; 0: only the sweep over all limits, which comes first and is always the same
  --waiting-room MODE   of the instance that gets them; default off
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    cases: { type: 'string', default: '3000' },
    'waiting-room': { type: 'string', default: 'off' },
    help: { type: 'boolean', default: false },
  },
})
const [seed, cases] = [Number(values.seed), Number(values.cases)]
const room = values['waiting-room']
if (values.help || !Number.isSafeInteger(seed) || !(cases >= 0) || (room !== 'off' && room !== 'live')) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}
process.stdout.write(`seed ${seed}, ${cases} requests, waiting room ${room}\n`)
const ground = await startGround()
const client = await ground.client(room)
try {
  const tally = await sweep(ground.api, client)
  process.stdout.write(
    `the sweep: ${[...tally.values()].reduce((sum, count) => sum + count, 0)} requests, as they should be\n`,
  )
  if (cases > 0) {
    const generated = await examine(ground.api, client, { seed, cases, withinMs: 60 * 60_000 })
    for (const [name, count] of generated) tally.set(name, (tally.get(name) ?? 0) + count)
  }
  for (const [name, count] of [...tally].toSorted(([a], [b]) => a.localeCompare(b))) {
    process.stdout.write(`${String(count).padStart(6)}  ${name}\n`)
  }
  process.stdout.write(`promised, and answered to nobody: ${unseenSuccesses(tally).join(', ') || 'nothing'}\n`)
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
} finally {
  client.close()
  await ground.remove()
}
