import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { parseYaml, type Read, readYaml } from '../content/read-yaml.ts'
import type { Root } from '../content/root.ts'
import { parseDuration } from '../duration.ts'
import { CliError, type Problem, ProblemsError } from '../errors.ts'
import { type Endpoint, hasCredentials, withoutCredentials } from '../http/endpoint.ts'
import { labDir } from '../lab/lab-dir.ts'
import { type Action, type EnvironmentFile, environmentSchema, type Fault, type OpsCall } from './schema.ts'

export type { Action, Fault, OpsCall, Step } from './schema.ts'

/** Where one process takes orders. */
export interface Instance {
  url: string
  kind?: string
}

/** Where things are, and how each named action and fault is done there. All file paths are absolute. */
export interface Environment {
  name: string
  /** The file this was read from. */
  file: string
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
 * Reads an environment by name (`environments/NAME.yaml`) or by file. A file marked `resolvedBy: lab` stands for the
 * copy that `drillbook lab up` wrote. Throws `usage` with all problems, `unreachable` when the lab is not up.
 */
export function loadEnvironment(
  root: Root,
  nameOrFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Environment {
  const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile)
  const file = isFile ? resolve(nameOrFile) : join(root.environments, `${nameOrFile}.yaml`)
  if (!existsSync(file)) {
    throw new CliError('usage', `there is no environment ${nameOrFile}: ${file} does not exist`, {
      hint: 'Environments are the files in environments/; choose one with --env NAME or DRILLBOOK_ENV.',
    })
  }
  // A template has placeholders where its schema wants ports, so only its mark is read.
  const template = readYaml(file, z.looseObject({ resolvedBy: z.literal('lab') }))
  if (!('value' in template)) return resolvePaths(read(file, root), file)
  const resolved = join(labDir(root, env), 'environment.yaml')
  if (!existsSync(resolved)) {
    throw new CliError('unreachable', `the environment ${nameOrFile} is the lab, and the lab is not up`, {
      hint: 'Start it with: drillbook lab up',
    })
  }
  return resolvePaths(read(resolved, root), resolved)
}

/** The environment in a text, as if it stood in `file`. Throws ProblemsError with everything that is wrong. */
export function parseEnvironment(root: Root, text: string, file: string): Environment {
  const shownAs = shown(file, root)
  return resolvePaths(checked(parseYaml(text, environmentSchema, shownAs), shownAs), file)
}

function read(file: string, root: Root): EnvironmentFile {
  const shownAs = shown(file, root)
  return checked(readYaml(file, environmentSchema, shownAs), shownAs)
}

function shown(file: string, root: Root): string {
  return relative(root.dir, file).startsWith('..') ? file : relative(root.dir, file)
}

function checked(result: Read<EnvironmentFile>, shownAs: string): EnvironmentFile {
  const problems: Problem[] = [...result.problems]
  const wrong = (path: string[], message: string) => {
    const line = 'value' in result ? result.lineOf(path) : undefined
    problems.push({
      file: shownAs,
      ...(line === undefined ? {} : { line }),
      message: `${path.join('.')}: ${message}`,
    })
  }
  if ('value' in result) {
    const { actions, faults, ops } = result.value
    for (const [name, { undo }] of Object.entries(actions)) {
      if (undo !== undefined && !(undo in actions)) wrong(['actions', name, 'undo'], `there is no action ${undo}`)
    }
    const calls: [string[], OpsCall | undefined][] = [
      ...Object.entries(actions).map(([name, action]): [string[], typeof action.ops] => [
        ['actions', name],
        action.ops,
      ]),
      ...Object.entries(faults).flatMap(([name, { inject, revert }]): [string[], typeof inject.ops][] => [
        [['faults', name, 'inject'], inject.ops],
        [['faults', name, 'revert'], revert.ops],
      ]),
    ]
    for (const name of ['prometheus', 'alertmanager', 'grafana', 'keeper'] as const) {
      const { url = '', tokenFile } = result.value[name] ?? {}
      if (tokenFile !== undefined && hasCredentials(url)) {
        wrong([name, 'url'], 'a password in it cannot be sent beside the token of `tokenFile`: leave one of them out')
      }
    }
    const opsUrls = ops === undefined ? [] : Object.values(ops.urls).flat()
    if (opsUrls.some(hasCredentials)) {
      wrong(['ops', 'urls'], 'a password in a URL cannot be sent beside the token of `tokenFile`: leave it out')
    }
    const kinds = ops === undefined || Array.isArray(ops.urls) ? [] : Object.keys(ops.urls)
    for (const [path, call] of calls) {
      const on = call?.on
      if (on !== undefined && !kinds.includes(on)) wrong([...path, 'ops', 'on'], `ops.urls knows no ${on}`)
    }
    if (problems.length === 0) return result.value
  }
  throw new ProblemsError(`the environment ${shownAs} is not usable`, problems)
}

function resolvePaths(file: EnvironmentFile, path: string): Environment {
  const absolute = (p: string) => (isAbsolute(p) ? p : resolve(dirname(path), p))
  const endpoint = (e: Endpoint | undefined) =>
    e === undefined
      ? undefined
      : withoutCredentials({ ...e, ...(e.tokenFile === undefined ? {} : { tokenFile: absolute(e.tokenFile) }) })
  return {
    name: file.name,
    file: path,
    production: file.production,
    speed: file.speed,
    prometheus: endpoint(file.prometheus) ?? file.prometheus,
    alertmanager: endpoint(file.alertmanager),
    grafana: endpoint(file.grafana),
    slack: file.slack && {
      webhookUrlFile: absolute(file.slack.webhookUrlFile),
      received: endpoint(file.slack.received),
    },
    ops: file.ops && { instances: instancesOf(file.ops.urls), tokenFile: absolute(file.ops.tokenFile) },
    keeper: endpoint(file.keeper),
    traffic: file.traffic,
    drillsAllowed: file.drills === 'allowed',
    actions: new Map(Object.entries(file.actions)),
    faults: new Map(Object.entries(file.faults)),
  }
}

function instancesOf(urls: NonNullable<EnvironmentFile['ops']>['urls']): Instance[] {
  if (Array.isArray(urls)) return urls.map((url) => ({ url }))
  return Object.entries(urls).flatMap(([kind, each]) => each.map((url) => ({ url, kind })))
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
