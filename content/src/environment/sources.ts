import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { CliError, messageOf, type Problem } from '../errors.ts'
import { FILE_LIMITS, readTextFile } from '../read-file.ts'
import type { Root } from '../root.ts'
import type { Source } from './read-sources.ts'

const YAML = /\.ya?ml$/

/** An environment in `environments/`: one file, or a folder whose files hold the same keys by area. */
export interface EnvironmentEntry {
  /** The file's name without its ending, or the folder's: what `--env` takes. */
  name: string
  path: string
}

/** Every environment of the drillbook, by name. A name with more than one file or folder is a problem and left out. */
export function environmentEntries(root: Root): { entries: EnvironmentEntry[]; problems: Problem[] } {
  if (!existsSync(root.environments)) return { entries: [], problems: [] }
  const all = readdirSync(root.environments, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && (YAML.test(entry.name) || entry.isDirectory()))
    .map(({ name }) => ({ name: nameOf(name), path: join(root.environments, name) }))
    .filter(({ path }) => environmentFiles(path).length > 0)
  const byName = [...Map.groupBy(all, ({ name }) => name)].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    entries: byName.flatMap(([, same]) => (same.length === 1 ? same : [])),
    problems: byName
      .filter(([, same]) => same.length > 1)
      .map(([name, same]) => ({ file: `environments/${name}`, message: twice(name, same) })),
  }
}

/**
 * The file or folder of an environment. `nameOrPath` with a slash or a YAML ending is a path from the working folder,
 * anything else a name in `environments/`. Throws `usage` when there is none, or more than one of that name.
 */
export function environmentPath(root: Root, nameOrPath: string): string {
  if (nameOrPath.includes('/') || YAML.test(nameOrPath)) {
    const path = resolve(nameOrPath)
    if (existsSync(path) && environmentFiles(path).length > 0) return path
    const why = existsSync(path) ? `there is no *.yaml in ${path}` : `${path} does not exist`
    throw new CliError('usage', `there is no environment ${nameOrPath}: ${why}`, { hint: HINT })
  }
  const candidates = ['.yaml', '.yml', ''].map((ending) => join(root.environments, nameOrPath + ending))
  const found = candidates.filter((path) => existsSync(path) && environmentFiles(path).length > 0)
  const [path] = found
  if (path === undefined) {
    const names = environmentEntries(root).entries.map((entry) => entry.name)
    throw new CliError('usage', `there is no environment ${nameOrPath} in ${root.environments}`, {
      hint: `${HINT} There are: ${names.join(', ') || 'none yet'}.`,
    })
  }
  if (found.length === 1) return path
  throw new CliError(
    'usage',
    twice(
      nameOrPath,
      found.map((each) => ({ path: each })),
    ),
  )
}

const HINT = 'An environment is a file or a folder in environments/; choose one with --env NAME or DRILLBOOK_ENV.'

/**
 * The YAML files that make up an environment, sorted: the file itself, or all below the folder. Hidden ones do not
 * count.
 */
export function environmentFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => YAML.test(name) && !/(^|\/)\./.test(name))
    .sort()
    .map((name) => join(path, name))
}

function nameOf(file: string): string {
  return file.replace(YAML, '')
}

function twice(name: string, same: readonly { path: string }[]): string {
  return `the environment ${name} is there more than once: ${same.map(({ path }) => basename(path)).join(', ')}`
}

/** The texts of an environment's file or folder. Throws `usage` when one cannot be read. */
export function sourcesOf(root: Root, path: string): Source[] {
  return environmentFiles(path).map((file) => {
    try {
      return { path: file, shownAs: pathForPeople(file, root), text: readTextFile(file, FILE_LIMITS.content) }
    } catch (error) {
      throw new CliError('usage', `${pathForPeople(file, root)} cannot be read: ${messageOf(error)}`)
    }
  })
}

/** Relative to the drillbook's root when it lies below it. */
export function pathForPeople(file: string, root: Root): string {
  return relative(root.dir, file).startsWith('..') ? file : relative(root.dir, file)
}
