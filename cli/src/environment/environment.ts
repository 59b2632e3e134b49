import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { parseDuration } from '@drillbook/content/duration'
import { type ReadSources, readSources, type Source } from '@drillbook/content/environment/read-sources'
import { environmentPath, pathForPeople, sourcesOf } from '@drillbook/content/environment/sources'
import { CliError, type Problem, ProblemsError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { type Place, problemAt } from '@drillbook/content/yaml/read-yaml'
import { labDir } from '@drillbook/lab/lab-dir'
import { z } from 'zod'
import { type Endpoint, hasCredentials, withoutCredentials } from '../http/endpoint.ts'
import { type Action, type EnvironmentFile, environmentSchema, type Fault, type OpsCall } from './schema.ts'

export type { Action, Fault, OpsCall, Step } from './schema.ts'

/** The kind of a traffic generator. It is no part of the service: only a step that says `on: traffic` reaches it. */
export const TRAFFIC = 'traffic'

/** Where one process takes orders. */
export interface Instance {
  url: string
  kind?: string
}

/** Where things are, and how each named action and fault is done there. All file paths are absolute. */
export interface Environment {
  name: string
  /** The file or folder this was read from. */
  file: string
  /** What people edit: relative to the drillbook's root when it lies below it. Of the lab: its template. */
  shownAs: string
  /** The incident classes that its file names, with their place there. Undefined: it names none; see `hasIncident`. */
  incidents: ReadonlyMap<string, ReturnType<Place>> | undefined
  /** Every act asks for the environment's name typed in full. */
  production: boolean
  /** The rules there were compiled with this `--speed`: rule time runs so many times faster. */
  speed: number
  prometheus: Endpoint
  alertmanager?: Endpoint | undefined
  grafana?: Endpoint | undefined
  slack?: { webhookUrlFile: string; received?: Endpoint | undefined } | undefined
  /** `kind` of an instance: undefined when the file names none. */
  ops?: { instances: Instance[]; tokenFile: string } | undefined
  keeper?: Endpoint | undefined
  traffic?: { valid: { promql: string; expect: string } } | undefined
  drillsAllowed: boolean
  actions: Map<string, Action>
  faults: Map<string, Fault>
}

/**
 * Reads an environment by name, or by the path of its file or folder (see `environmentPath`). One marked
 * `resolvedBy: lab` stands for the copy that `drillbook lab up` wrote. Throws `usage` with all problems, `unreachable`
 * when the lab is not up.
 */
export function loadEnvironment(
  root: Root,
  nameOrPath: string,
  env: Readonly<Record<string, string | undefined>>,
): Environment {
  const path = environmentPath(root, nameOrPath)
  const sources = sourcesOf(root, path)
  // A template has placeholders where its schema wants ports, so only its mark is read.
  const template = readSources(sources, z.looseObject({ resolvedBy: z.literal('lab') }), path)
  if (!('value' in template)) return environmentFrom(root, sources, path)
  const resolved = join(labDir(root, env), 'environment.yaml')
  if (!existsSync(resolved)) {
    throw new CliError('unreachable', `the environment ${nameOrPath} is the lab, and the lab is not up`, {
      hint: 'Start it with: drillbook lab up',
    })
  }
  return { ...environmentFrom(root, sourcesOf(root, resolved), resolved), shownAs: pathForPeople(path, root) }
}

/**
 * The environment that these texts say; `path` is its file or folder. Throws ProblemsError with everything that is
 * wrong.
 */
export function environmentFrom(root: Root, sources: readonly Source[], path: string): Environment {
  const shownAs = pathForPeople(path, root)
  const read = readSources(sources, environmentSchema, shownAs)
  const problems = 'value' in read ? [...namesThatAreNotThere(read), ...twoAuthorizations(read)] : read.problems
  if ('value' in read && problems.length === 0) return resolvePaths(read, path, shownAs)
  throw new ProblemsError(`the environment ${shownAs} is not usable`, problems)
}

type Readable = Extract<ReadSources<EnvironmentFile>, { value: EnvironmentFile }>

/** What the schema cannot see: actions and kinds of instances that are named but not there. */
function namesThatAreNotThere({ value: { actions, faults, ops, traffic }, placeOf }: Readable): Problem[] {
  const problems: Problem[] = []
  const wrong = (path: string[], message: string) =>
    problems.push(problemAt(placeOf(path), `${path.join('.')}: ${message}`))
  for (const [name, { undo }] of Object.entries(actions)) {
    if (undo !== undefined && !Object.hasOwn(actions, undo))
      wrong(['actions', name, 'undo'], `there is no action ${undo}`)
  }
  const calls: [string[], OpsCall | undefined][] = [
    ...Object.entries(actions).map(([name, action]): [string[], typeof action.ops] => [['actions', name], action.ops]),
    ...Object.entries(faults).flatMap(([name, { inject, revert }]): [string[], typeof inject.ops][] => [
      [['faults', name, 'inject'], inject.ops],
      [['faults', name, 'revert'], revert.ops],
    ]),
  ]
  const kinds = ops === undefined || Array.isArray(ops.urls) ? [] : Object.keys(ops.urls)
  if (traffic?.urls !== undefined) {
    if (ops === undefined) wrong(['traffic', 'urls'], 'there is no `ops`, whose token they take')
    if (kinds.includes(TRAFFIC)) wrong(['ops', 'urls', TRAFFIC], `the generator stands in traffic.urls`)
    kinds.push(TRAFFIC)
  }
  for (const [path, call] of calls) {
    const on = call?.on
    if (on !== undefined && !kinds.includes(on))
      wrong([...path, 'ops', 'on'], on === TRAFFIC ? 'there is no traffic.urls' : `ops.urls knows no ${on}`)
  }
  return problems
}

/** Where a password in a URL and a token would both have to be sent as authorization. */
function twoAuthorizations({ value, placeOf }: Readable): Problem[] {
  const problems: Problem[] = []
  const wrong = (path: string[]) =>
    problems.push(
      problemAt(placeOf(path), `${path.join('.')}: a password in it cannot be sent beside the token of \`tokenFile\``),
    )
  for (const name of ['prometheus', 'alertmanager', 'grafana', 'keeper'] as const) {
    const { url = '', tokenFile } = value[name] ?? {}
    if (tokenFile !== undefined && hasCredentials(url)) wrong([name, 'url'])
  }
  const { ops, traffic } = value
  if (ops !== undefined && Object.values(ops.urls).flat().some(hasCredentials)) wrong(['ops', 'urls'])
  if (traffic?.urls?.some(hasCredentials)) wrong(['traffic', 'urls'])
  return problems
}

function resolvePaths({ value: file, sourceOf, placeOf }: Readable, path: string, shownAs: string): Environment {
  /** A path as the file that holds the key means it. */
  const absolute = (key: string, p: string) => (isAbsolute(p) ? p : resolve(dirname(sourceOf([key])?.path ?? path), p))
  const endpoint = (key: string, e: Endpoint) =>
    withoutCredentials({ ...e, ...(e.tokenFile === undefined ? {} : { tokenFile: absolute(key, e.tokenFile) }) })
  const { prometheus, alertmanager, grafana, slack, ops, keeper, traffic } = file
  return {
    name: file.name,
    file: path,
    shownAs,
    incidents: file.incidents && new Map(file.incidents.map((name, i) => [name, placeOf(['incidents', i])])),
    production: file.production,
    speed: file.speed,
    prometheus: endpoint('prometheus', prometheus),
    alertmanager: alertmanager && endpoint('alertmanager', alertmanager),
    grafana: grafana && endpoint('grafana', grafana),
    slack: slack && {
      webhookUrlFile: absolute('slack', slack.webhookUrlFile),
      received: slack.received && endpoint('slack', slack.received),
    },
    ops: ops && { instances: instancesOf(ops.urls, traffic?.urls), tokenFile: absolute('ops', ops.tokenFile) },
    keeper: keeper && endpoint('keeper', keeper),
    traffic: traffic && { valid: traffic.valid },
    drillsAllowed: file.drills === 'allowed',
    actions: new Map(Object.entries(file.actions)),
    faults: new Map(Object.entries(file.faults)),
  }
}

function instancesOf(urls: NonNullable<EnvironmentFile['ops']>['urls'], traffic: readonly string[] = []): Instance[] {
  const service = Array.isArray(urls)
    ? urls.map((url) => ({ url }))
    : Object.entries(urls).flatMap(([kind, each]) => each.map((url) => ({ url, kind })))
  return [...service, ...traffic.map((url) => ({ url, kind: TRAFFIC }))]
}

/** A duration from the environment file, which its schema has already checked, in milliseconds. */
export function durationMs(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new CliError('usage', `not a duration: ${text}`)
  return ms
}

/** A duration written for speed 1 (in a runbook or a drill) in this environment's time, in milliseconds. */
export function scaledMs(environment: Environment, ms: number): number {
  return ms / environment.speed
}
