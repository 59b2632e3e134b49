import { execFile } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { CliError, messageOf } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { redact } from '@drillbook/content/text/redact'
import { durationMs, type Environment, type OpsCall, type Step, TRAFFIC } from '../environment/environment.ts'
import { readSecret } from '../secret.ts'
import { jsonOf, readAnswer } from './read-answer.ts'

/** What one target of a step answered. `output` is trimmed and at most 2,000 characters. */
export interface TargetResult {
  /** The instance's operations URL, or the program that ran. */
  target: string
  ok: boolean
  /** The HTTP status or the exit status, when there was one. */
  status?: number
  output: string
  durationMs: number
  /** What it answered, when it agreed and that was an object or a list in JSON of at most 256 kB. */
  json?: object
}

export interface RunOptions {
  /** Who asks, for the audit log of the target. */
  actor: string
  signal?: AbortSignal
}

const OUTPUT_LIMIT = 2000

/**
 * Runs one step: an HTTP call fanned out to every instance (of the kind that it is for), or one argv list. Never a
 * shell. Throws only `usage`.
 */
export async function runStep(environment: Environment, step: Step, options: RunOptions): Promise<TargetResult[]> {
  const timeoutMs = durationMs(step.timeout)
  if (step.exec !== undefined) return [await runProgram(step.exec, timeoutMs, options.signal)]
  const call = step.ops
  if (call === undefined) throw new CliError('usage', 'a step has neither `ops` nor `exec`')
  const { urls, token } = opsOf(environment, call)
  return Promise.all(urls.map((url) => callInstance(url, token, call, timeoutMs, options)))
}

/** The operations URLs of the instances that such a call goes to, and their token, as the environment says. */
export function opsOf(environment: Environment, call: Goal): { urls: string[]; token: string } {
  if (environment.ops === undefined) {
    throw new CliError('usage', `the environment ${environment.name} has no \`ops\`, so nothing can be changed there`, {
      hint: `Add ops: { urls: [...], tokenFile: ... } to ${environment.file}.`,
    })
  }
  return { urls: urlsOf(environment, call), token: readSecret(environment.ops.tokenFile) }
}

/** To which instances a call goes. */
type Goal = Pick<OpsCall, 'on' | 'at'>

function urlsOf({ name, ops }: Environment, { on, at }: Goal): string[] {
  const instances = ops?.instances ?? []
  const urls = instances.filter(({ kind }) => (on === undefined ? kind !== TRAFFIC : kind === on)).map(({ url }) => url)
  if (at === undefined) return urls
  const meant = urls.includes(at) ? [at] : urls.filter((url) => url.includes(at))
  if (meant.length === 1) return meant
  const found = meant.length === 0 ? 'no instance' : `${meant.length} instances`
  throw new CliError('usage', `the environment ${name} has ${found} at ${JSON.stringify(at)}`, {
    hint: `Name one by its URL, or by what only its URL has in it: ${urls.join(', ') || 'there is none'}.`,
  })
}

/** What will run, for people to read before they agree: one line a target, the token left out. */
export function describeStep(environment: Environment, step: Step): string[] {
  if (step.exec !== undefined) return [step.exec.map(quoted).join(' ')]
  const call = step.ops
  if (call === undefined) return []
  const body = call.json === undefined ? '' : ` ${JSON.stringify(call.json)}`
  const urls = environment.ops === undefined ? ['(no ops.urls)'] : urlsOf(environment, call)
  return urls.map((url) => `${call.method} ${url}${printable(call.path)}${body}`)
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${printable(word.replaceAll("'", `'\\''`))}'`
}

async function callInstance(
  url: string,
  token: string,
  call: OpsCall,
  timeoutMs: number,
  { actor, signal }: RunOptions,
): Promise<TargetResult> {
  const started = performance.now()
  const done = (ok: boolean, output: string, status?: number, json?: object): TargetResult => ({
    target: url,
    ok,
    ...(status === undefined ? {} : { status }),
    output: redact(output.trim()).slice(0, OUTPUT_LIMIT),
    durationMs: Math.round(performance.now() - started),
    ...(json === undefined ? {} : { json }),
  })
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url.replace(/\/$/, '') + call.path, {
      method: call.method,
      headers: {
        authorization: `Bearer ${token}`,
        'x-drillbook-actor': actor,
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    const { text, whole } = await readAnswer(response)
    return done(response.ok, text, response.status, response.ok && whole ? jsonOf(text) : undefined)
  } catch (error) {
    return done(false, timeout.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error))
  }
}

function runProgram(
  argv: readonly string[],
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<TargetResult> {
  const [program = '', ...args] = argv
  const started = performance.now()
  return new Promise<TargetResult>((resolve) => {
    execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', signal, encoding: 'utf8' },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        const json = error === null ? jsonOf(stdout) : undefined
        const why =
          error === null || status !== undefined ? '' : error.killed ? `no end within ${timeoutMs} ms` : error.message
        resolve({
          target: program,
          ok: error === null,
          ...(status === undefined ? {} : { status }),
          output: redact(
            [stdout, stderr, why]
              .map((s) => s.trim())
              .filter(Boolean)
              .join('\n'),
          ).slice(0, OUTPUT_LIMIT),
          durationMs: Math.round(performance.now() - started),
          ...(json === undefined ? {} : { json }),
        })
      },
    )
  }).catch((error) => {
    // Node throws what it does not even try, such as an argument with a NUL, or too many for the system.
    return { target: program, ok: false, output: messageOf(error), durationMs: Math.round(performance.now() - started) }
  })
}
