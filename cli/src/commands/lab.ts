import { CliError } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import {
  followLogs,
  labDown,
  labRestart,
  labScale,
  labStatus,
  labUp,
  megabytes,
  NAME_WIDTH,
  readLogs,
  statusText,
} from '@drillbook/lab'
import { loadEnvironment } from '../environment/environment.ts'
import { compileRules } from '../rules/compile.ts'
import type { Stdio } from '../stdio.ts'

interface UpOptions {
  portOffset?: number
  port?: string[]
  speed?: number
  journeysPerSecond?: number
  dataSet?: string
  json?: boolean
}

/** `drillbook lab up`: progress on stderr, where to look on stdout. */
export async function up(stdio: Stdio, options: UpOptions): Promise<void> {
  const root = findRoot(stdio.cwd)
  const info = await labUp({
    root,
    env: stdio.env,
    compileRules: (rules) => compileRules({ root, ...rules }),
    checkEnvironment: (file) => loadEnvironment(root, file, stdio.env),
    portOffset: options.portOffset,
    ports: options.port,
    speed: options.speed,
    journeysPerSecond: options.journeysPerSecond,
    dataSet: options.dataSet,
    signal: stdio.signal,
    onProgress: ({ what, name, ms }) => tellProgress(stdio, name, ms, what === 'cleaned'),
  })
  if (options.json) return stdio.out(`${JSON.stringify(info, null, 2)}\n`)
  const at = (port: number) => `http://127.0.0.1:${port}`
  stdio.out(
    [
      `The lab is up: ${info.startSeconds} s, ${megabytes(info.memoryBytes ?? 0)} of memory (PSS), rules ${info.speed} times faster.`,
      `  API          ${at(info.ports.gateway)}`,
      `  Prometheus   ${at(info.ports.prometheus)}`,
      `  Alertmanager ${at(info.ports.alertmanager)}`,
      `  Slack        ${at(info.ports.slack)}`,
      `  Folder       ${info.dir}`,
      '',
    ].join('\n'),
  )
}

function tellProgress(stdio: Stdio, name: string, ms: number, ended: boolean): void {
  const mark = ended ? stdio.style('yellow', '–') : stdio.style('green', '✔')
  const time = stdio.style('dim', `${(ms / 1000).toFixed(1).padStart(4)} s`)
  stdio.err(`${mark} ${name.padEnd(NAME_WIDTH)} ${time}${ended ? ' ended' : ''}\n`)
}

/** `drillbook lab down`. That there was nothing to take down is no failure. */
export async function down(stdio: Stdio, options: { keep?: boolean; json?: boolean }): Promise<void> {
  const result = await labDown({ root: findRoot(stdio.cwd), env: stdio.env, keep: options.keep })
  if (options.json) return stdio.out(`${JSON.stringify(result, null, 2)}\n`)
  if (!result.wasThere) return stdio.out('The lab was not up: nothing to take down.\n')
  const folder = result.kept ? `Data and logs stay in ${result.dir} until the next up.` : `${result.dir} is removed.`
  stdio.out(`The lab is down: ${result.ended} ${result.ended === 1 ? 'process' : 'processes'} ended. ${folder}\n`)
}

/** `drillbook lab scale api COUNT`: resolves when the gateway, Prometheus and the CLI know the instances. */
export async function scale(stdio: Stdio, options: { part: string; count: number; json?: boolean }): Promise<void> {
  if (options.part !== 'api') {
    throw new CliError('usage', `only the API can be scaled, not ${options.part}`, {
      hint: 'drillbook lab scale api 3',
    })
  }
  const { count } = options
  const result = await labScale({
    root: findRoot(stdio.cwd),
    env: stdio.env,
    count,
    signal: stdio.signal,
    onProgress: ({ name, ended, ms }) => tellProgress(stdio, name, ms, ended),
  })
  if (options.json) return stdio.out(`${JSON.stringify(result, null, 2)}\n`)
  const changes = [
    ...result.started.map((name) => `${name} started`),
    ...result.stopped.map((name) => `${name} stopped`),
  ]
  const what = changes.length === 0 ? 'nothing had to change' : changes.join(', ')
  stdio.out(`${result.instances} ${result.instances === 1 ? 'instance' : 'instances'} of the API: ${what}.\n`)
}

/** `drillbook lab restart api`: resolves when every instance is ready again. */
export async function restart(stdio: Stdio, { what, json }: { what: string; json?: boolean }): Promise<void> {
  const result = await labRestart({
    root: findRoot(stdio.cwd),
    env: stdio.env,
    what,
    signal: stdio.signal,
    onProgress: ({ name, ms }) => tellProgress(stdio, name, ms, false),
  })
  stdio.out(json ? `${JSON.stringify(result, null, 2)}\n` : `Restarted in order: ${result.restarted.join(', ')}.\n`)
}

/** `drillbook lab status`: exit 0 when every part is healthy, 1 when one is not, 3 when the lab is not up. */
export async function status(stdio: Stdio, options: { json?: boolean }): Promise<void> {
  const status = await labStatus({ root: findRoot(stdio.cwd), env: stdio.env })
  stdio.out(options.json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status, stdio.style))
  if (status.state === 'down')
    throw new CliError('unreachable', 'the lab is not up', { hint: 'Start it with: drillbook lab up' })
  if (status.state === 'remnants') {
    throw new CliError('unreachable', 'the lab is not up, but processes of it are left', {
      hint: '`drillbook lab down` ends them; so does the next `drillbook lab up`.',
    })
  }
  const ill = status.parts.filter((p) => !p.healthy)
  const [first] = ill
  if (first !== undefined) {
    throw new CliError('expectation_failed', `not healthy: ${ill.map((p) => p.name).join(', ')}`, {
      hint: `See why with \`drillbook lab logs ${first.name}\`; what died and when, with \`drillbook lab logs supervisord\`.`,
    })
  }
}

/** `drillbook lab logs [NAME]`: the last lines of one part, or of all with their names in front. */
export async function logs(stdio: Stdio, options: { name?: string; lines?: number; follow?: boolean }): Promise<void> {
  const place = { root: findRoot(stdio.cwd), env: stdio.env, name: options.name }
  const lines = options.lines ?? 50
  const text = readLogs({ ...place, lines })
  if (text === '' && lines > 0) stdio.err(`${options.name ?? 'The lab'} has not written anything yet.\n`)
  stdio.out(text)
  if (options.follow) await followLogs({ ...place, signal: stdio.signal, onText: stdio.out })
}
