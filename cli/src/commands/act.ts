import { describeAction } from '../actions/run-action.ts'
import { context } from '../context.ts'
import { formatDuration } from '../duration.ts'
import { CliError } from '../errors.ts'
import { runAudited } from '../incident/audit.ts'
import type { Stdio } from '../stdio.ts'
import { liveLine } from '../walk/live-line.ts'
import { choose, typeName } from '../walk/terminal-asker.ts'
import { showTarget } from '../walk/walk-act.ts'

export interface ActOptions {
  name: string
  /** `name=value` each. */
  param?: string[]
  yes?: boolean
  env?: string
  json?: boolean
}

/** Does one named action of the environment: shows what will run, asks, audits. Throws `expectation_failed` when a target refuses. */
export async function act(stdio: Stdio, options: ActOptions): Promise<void> {
  const { root, environment, actor } = context(stdio, options)
  const { name } = options
  const params = readParams(options.param ?? [])
  const runs = describeAction(environment, name, params)
  stdio.err(`${name} in ${environment.name}:\n${runs.map((run) => `  ${run}\n`).join('')}`)
  if (environment.production && options.yes) {
    throw new CliError('refused', `${environment.name} is production: ${name} is not run unasked`, {
      hint: 'Leave --yes away.',
    })
  }
  if (!options.yes) {
    if (!stdio.interactive) {
      throw new CliError('refused', `nobody can be asked here, so ${name} is not run`, {
        hint: environment.production
          ? 'In production it needs a terminal.'
          : 'Say --yes to run it without being asked.',
      })
    }
    const wanted = environment.production
      ? await typeName(stdio, environment, name)
      : await choose(stdio, `Run ${name}?`, [
          { value: true, name: 'Yes, run it' },
          { value: false, name: 'No' },
        ])
    if (!wanted) throw new CliError('refused', `${name} was not run`)
  }
  const line = liveLine(stdio)
  const result = await runAudited(root, environment, name, params, {
    actor,
    signal: stdio.signal,
    onProgress: ({ done, total }) => line.show(`  … ${done} of ${total}`),
  }).finally(() => line.end())
  for (const target of result.targets) showTarget(stdio, target)
  if (options.json) stdio.out(`${JSON.stringify({ environment: environment.name, ...result }, null, 2)}\n`)
  else stdio.out(`${name} ${result.ok ? 'done' : 'FAILED'} in ${formatDuration(result.durationMs)}\n`)
  stdio.signal.throwIfAborted()
  if (!result.ok)
    throw new CliError(
      'expectation_failed',
      `${name} failed on ${result.targets.filter((t) => !t.ok).length} of ${result.targets.length} targets`,
    )
}

function readParams(pairs: readonly string[]): Record<string, string> {
  const wrong = pairs.filter((pair) => pair.indexOf('=') < 1)
  if (wrong.length > 0) throw new CliError('usage', `--param is name=value, not ${wrong.join(', ')}`)
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}
