import { performance } from 'node:perf_hooks'
import { CliError } from '@drillbook/content/errors'
import type { Action, Environment, OpsCall, Step } from '../environment/environment.ts'
import type { ParamValue } from '../environment/param.ts'
import { ANSWER_LIMITS } from '../http/ask.ts'
import { readText } from '../http/read-text.ts'
import { describeStep, opsOf, type RunOptions, runStep, type TargetResult } from './run-step.ts'
import { resolveParams, substitute } from './substitute.ts'

export type { TargetResult } from './run-step.ts'

export interface ActionResult {
  name: string
  /** Every target said yes. */
  ok: boolean
  targets: TargetResult[]
  durationMs: number
}

/** How far a long action is, summed over the instances. */
export interface Progress {
  done: number
  total: number
}

type Params = Readonly<Record<string, string>>

/** Does a named action in this environment. A target's refusal is `ok: false`; throws `usage` for a wrong call. */
export async function runAction(
  environment: Environment,
  name: string,
  params: Params,
  options: RunOptions & { onProgress?: (progress: Progress) => void },
): Promise<ActionResult> {
  const action = actionOf(environment, name)
  const step = bind(name, action, params)
  const started = performance.now()
  const stopPolling = pollProgress(environment, action.progress?.path, step, options.onProgress)
  try {
    const targets = await runStep(environment, step, options)
    return { name, ok: targets.every((t) => t.ok), targets, durationMs: Math.round(performance.now() - started) }
  } finally {
    stopPolling()
  }
}

/** What the action would really run in this environment: one line a target. */
export function describeAction(environment: Environment, name: string, params: Params): string[] {
  return describeStep(environment, bind(name, actionOf(environment, name), params))
}

export function actionOf(environment: Environment, name: string): Action {
  const action = environment.actions.get(name)
  if (action !== undefined) return action
  throw new CliError('usage', `the environment ${environment.name} knows no action ${name}`, {
    hint: `It knows: ${[...environment.actions.keys()].sort().join(', ') || 'none'}. \`drillbook act\` says what each does; they are bound in ${environment.file}.`,
  })
}

function bind(name: string, action: Action, params: Params): Step {
  const values = resolveParams(name, action.params, params)
  return {
    timeout: action.timeout,
    ...(action.exec === undefined ? {} : { exec: substitute(action.exec, values) }),
    ...(action.ops === undefined
      ? {}
      : { ops: { ...substitute(action.ops, values), path: pathOf(action.ops, values) } }),
  }
}

/** Segments that are none: with them the call would go to another route. They cannot be encoded. */
const NO_SEGMENTS = ['', '.', '..']

/**
 * A value stays one segment of the path, whatever is in it: the call that was agreed to is the one that is made. Throws
 * `usage`.
 */
function pathOf({ path }: OpsCall, values: Readonly<Record<string, ParamValue>>): string {
  const encoded = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]))
  const segments = path.split('/').map((template) => {
    const segment = substitute(template, encoded)
    if (segment === template || !NO_SEGMENTS.includes(segment)) return segment
    throw new CliError('usage', `${JSON.stringify(segment)} cannot stand for ${template} in the path ${path}`, {
      hint: 'Name what is meant: `drillbook act` lists the actions and their parameters.',
    })
  })
  return segments.join('/')
}

/** Asks the progress path of every instance each second until the returned function is called. */
function pollProgress(
  environment: Environment,
  path: string | undefined,
  step: Step,
  onProgress?: (progress: Progress) => void,
): () => void {
  if (path === undefined || onProgress === undefined) return () => {}
  const { urls, token } = opsOf(environment, step.ops ?? {})
  const poll = async () => {
    const answers = await Promise.all(urls.map((url) => readProgress(url.replace(/\/$/, '') + path, token)))
    const known = answers.filter((a) => a !== undefined)
    if (known.length === 0) return
    onProgress({ done: known.reduce((n, a) => n + a.done, 0), total: known.reduce((n, a) => n + a.total, 0) })
  }
  const timer = setInterval(() => void poll(), 1000)
  return () => clearInterval(timer)
}

/** Undefined when the instance does not answer: progress is a courtesy, the action's own answer decides. */
async function readProgress(url: string, token: string): Promise<Progress | undefined> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(900),
    })
    const body: unknown = JSON.parse(await readText(response, ANSWER_LIMITS.ops))
    if (typeof body !== 'object' || body === null || !('done' in body) || !('total' in body)) return undefined
    return { done: Number(body.done), total: Number(body.total) }
  } catch {
    return undefined
  }
}
