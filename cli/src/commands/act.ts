import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { actionsText } from '../actions/actions-text.ts'
import { type ActionResult, actionOf, describeAction, runAction } from '../actions/run-action.ts'
import { type Context, context } from '../context.ts'
import type { Environment } from '../environment/environment.ts'
import { runAudited } from '../incident/audit.ts'
import type { Stdio } from '../stdio.ts'
import { liveLine } from '../terminal/live-line.ts'
import { askKey } from '../terminal/prompt.ts'
import { answerText } from '../walk/show-answer.ts'
import { showTarget } from '../walk/show-target.ts'
import { typeName } from '../walk/terminal-asker.ts'

const SEE_THEM = '`drillbook act` lists the actions and their parameters.'

export interface ActOptions {
  /** Absent: list them. */
  name?: string
  /** `name=value` each. */
  param?: string[]
  yes?: boolean
  env?: string
  json?: boolean
}

/**
 * Does one named action of the environment: shows what will run, asks, audits; one that only reads is neither asked
 * about nor audited. Throws `expectation_failed` when a target refuses. Without a name: lists them.
 */
export async function act(stdio: Stdio, options: ActOptions): Promise<void> {
  const here = context(stdio, options)
  const { root, environment, actor } = here
  const { name } = options
  if (name === undefined) return list(stdio, environment, options)
  const params = readParams(options.param ?? [])
  const runs = describeAction(environment, name, params)
  stdio.err(`${name} in ${environment.name}:\n${runs.map((run) => `  ${run}\n`).join('')}`)
  if (actionOf(environment, name).reads === true) return read(stdio, here, name, params, options)
  if (environment.production && options.yes) {
    throw new CliError('refused', `${environment.name} is production: ${name} is not run unasked`, {
      hint: 'Omit --yes.',
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
      : await askKey(stdio, `Run ${name}?`, [
          { key: 'y', label: 'run', value: true },
          { key: 'q', label: 'stop', value: false },
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
  conclude(stdio, environment, result, options)
}

/** The answer itself is the result; where several instances answer, whose it is goes before it. */
async function read(
  stdio: Stdio,
  { environment, actor }: Context,
  name: string,
  params: Record<string, string>,
  options: ActOptions,
): Promise<void> {
  const result = await runAction(environment, name, params, { actor, signal: stdio.signal })
  for (const target of result.targets) {
    showTarget(stdio, { ...target, output: target.json === undefined ? target.output : '' })
    if (target.json !== undefined && !options.json) stdio.out(answerText(target.json))
  }
  conclude(stdio, environment, result, { ...options, quiet: true })
}

function conclude(
  stdio: Stdio,
  environment: Environment,
  result: ActionResult,
  options: ActOptions & { quiet?: boolean },
): void {
  const { name } = result
  if (options.json) stdio.out(`${JSON.stringify({ environment: environment.name, ...result }, null, 2)}\n`)
  else if (!options.quiet)
    stdio.out(`${name} ${result.ok ? 'done' : 'FAILED'} in ${formatDuration(result.durationMs)}\n`)
  stdio.signal.throwIfAborted()
  if (!result.ok)
    throw new CliError(
      'expectation_failed',
      `${name} failed on ${result.targets.filter((t) => !t.ok).length} of ${result.targets.length} targets`,
    )
}

function list(stdio: Stdio, environment: Environment, { param = [], json = false }: ActOptions): void {
  if (param.length > 0) throw new CliError('usage', `which action is to have ${param.join(', ')}?`, { hint: SEE_THEM })
  if (!json) {
    stdio.out(actionsText(environment))
    return
  }
  const actions = [...environment.actions].map(([name, { summary, params, undo, reads }]) => ({
    name,
    summary,
    params,
    undo,
    reads,
  }))
  stdio.out(`${JSON.stringify({ environment: environment.name, actions }, null, 2)}\n`)
}

function readParams(pairs: readonly string[]): Record<string, string> {
  const params = new Map<string, string>()
  const problems: string[] = []
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at < 1) problems.push(`--param is name=value, not ${pair}`)
    else if (params.has(name)) problems.push(`--param ${name} is there twice`)
    params.set(name, pair.slice(at + 1))
  }
  if (problems.length > 0) throw new CliError('usage', problems.join('; '), { hint: SEE_THEM })
  return Object.fromEntries(params)
}
