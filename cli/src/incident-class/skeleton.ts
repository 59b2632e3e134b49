import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fill } from '@drillbook/content/text/fill'

const TEMPLATES = join(import.meta.dirname, '..', '..', 'templates', 'incident')

/** Where each file of an incident class stands below the drillbook's root. */
const FILES = [
  ['rules.yaml', (name: string) => `alerts/rules/${name}.yaml`],
  ['tests.yaml', (name: string) => `alerts/tests/${name}.yaml`],
  ['runbook.md', (name: string) => `runbooks/${name}.md`],
  ['drill.yaml', (name: string) => `runbooks/drills/${name}.yaml`],
] as const

/**
 * The files of a new incident class, by path below the root: right as they are, but for what only a person can write,
 * which is marked `TO WRITE` (in names `TO-WRITE`). `alerts` are names that are taken; `drillSchema` is where editors
 * find the schema of drills, from the root.
 */
export function skeletonOf(name: string, alerts: ReadonlySet<string>, drillSchema?: string): Map<string, string> {
  const values = { name, metric: name.replaceAll('-', '_'), alert: freeName(alertName(name), alerts) }
  return new Map(
    FILES.map(([template, pathOf]) => {
      const path = join(TEMPLATES, template)
      const schema = template === 'drill.yaml' && drillSchema !== undefined ? schemaLine(`../../${drillSchema}`) : ''
      return [pathOf(name), schema + fill(readFileSync(path, 'utf8'), values, path)]
    }),
  )
}

/** For editors with a YAML language server. */
function schemaLine(path: string): string {
  return `# yaml-language-server: $schema=${path}\n`
}

function alertName(name: string): string {
  return name
    .split('-')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('')
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`${name}Sign`, taken) : name
}
