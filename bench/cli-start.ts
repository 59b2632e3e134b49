import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

/**
 * Cold start of the CLI against a bare Node, in turn, in one run: `node bench/cli-start.ts [rounds]`.
 * Prints medians in milliseconds and their ratio; only the ratio travels between machines.
 */
const rounds = Number(process.argv[2] ?? 15)
const launcher = fileURLToPath(new URL('../cli/bin/drillbook.js', import.meta.url))
const contenders = {
  'bare node': ['-e', '0'],
  'drillbook --version': [launcher, '--version'],
  'drillbook runbook list': [launcher, 'runbook', 'list', '--json'],
}

const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(contenders)) {
    const started = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
    times.get(name)?.push(performance.now() - started)
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const bare = median(times.get('bare node') ?? [])
for (const [name, values] of times) {
  const ms = median(values)
  console.log(`${name.padEnd(24)} ${ms.toFixed(0).padStart(5)} ms   ${(ms / bare).toFixed(2)} x bare node`)
}
