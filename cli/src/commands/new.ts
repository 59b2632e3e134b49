import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { findRoot, type Root } from '@drillbook/content/root'
import { readRules } from '@drillbook/content/rules/read-rules'
import { kebabName } from '@drillbook/content/yaml/fields'
import { placeholders } from '../check/placeholders.ts'
import { skeletonOf } from '../incident-class/skeleton.ts'
import type { Stdio } from '../stdio.ts'

/** In a checkout editors find it there; elsewhere no path would hold on another machine. */
const DRILL_SCHEMA = 'cli/schema/drill.schema.json'

/** Longer ones do not fit the names of panels, records and messages. */
const MAX_LENGTH = 40

/**
 * `drillbook new incident NAME`: the files of a new incident class on stdout, then what only a person can write. Writes
 * all of them or none. Throws `usage` for a bad name, when one of them is there, or outside of a drillbook.
 */
export async function incident(stdio: Stdio, options: { name: string; json?: boolean }): Promise<void> {
  const { name } = options
  if (!kebabName.safeParse(name).success || name.length > MAX_LENGTH) {
    throw new CliError('usage', `${JSON.stringify(name)} is no name for an incident class`, {
      hint: `Small letters, digits and hyphens, at most ${MAX_LENGTH}, beginning with a letter: disk-full`,
    })
  }
  const root = ownRoot(stdio.cwd)
  const files = skeletonOf(name, alertNames(root), existsSync(join(root.dir, DRILL_SCHEMA)) ? DRILL_SCHEMA : undefined)
  refuseThatAreThere(root, [...files.keys()])
  write(root, files)
  const toWrite = placeholders(root).filter(({ file }) => files.has(file))
  if (options.json) {
    stdio.out(`${JSON.stringify({ incident: name, files: [...files.keys()], toWrite }, null, 2)}\n`)
    return
  }
  stdio.out([...files.keys()].map((file) => `${file}\n`).join(''))
  stdio.err(`\nWhat only a person can write:\n`)
  for (const { file, line, message } of toWrite) stdio.err(`  ${file}:${line}  ${message}\n`)
  const dashboards = existsSync(join(root.dashboards, 'src')) ? 'npm run dashboards, ' : ''
  stdio.err(
    [
      '',
      'Besides, in an environment: how the action of the runbook is done (`actions`), and how the fault of the drill is',
      'injected, undone and read back (`faults`).',
      `Then: ${dashboards}drillbook check, promtool test rules alerts/tests/${name}.yaml, drillbook drill run ${name}`,
      '',
    ].join('\n'),
  )
}

/** Never the content beside the command, which is read where there is no drillbook. */
function ownRoot(cwd: string): Root {
  const root = findRoot(cwd)
  if (!relative(root.dir, cwd).startsWith('..')) return root
  throw new CliError('usage', `no drillbook.yaml at or above ${cwd}`, {
    hint: 'Change into your drillbook, or begin one here with an empty file: touch drillbook.yaml',
  })
}

function alertNames(root: Root): Set<string> {
  if (!existsSync(join(root.alerts, 'rules'))) return new Set()
  const rules = readRules(root).flatMap((group) => group.rules)
  return new Set(rules.flatMap(({ alert }) => alert ?? []))
}

function refuseThatAreThere(root: Root, files: readonly string[]): void {
  const there = files
    .flatMap((file) => [file, file.replace(/\.yaml$/, '.yml')])
    .filter((file, index, all) => all.indexOf(file) === index && existsSync(join(root.dir, file)))
  if (there.length === 0) return
  throw new CliError('usage', `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already`, {
    hint: 'Nothing was written. Choose another name, or change what is there.',
  })
}

function write(root: Root, files: ReadonlyMap<string, string>): void {
  mkdirSync(root.environments, { recursive: true })
  const written: string[] = []
  try {
    for (const [file, text] of files) {
      const path = join(root.dir, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text, { flag: 'wx' })
      written.push(path)
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true })
    throw new CliError('usage', `the incident class could not be written to ${root.dir}`, {
      cause: error,
      hint: `Nothing is left of it. ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
