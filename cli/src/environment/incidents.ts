import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import type { Drill } from '../drill/drill.ts'
import { drillNames, readDrill } from '../drill/drill-file.ts'
import { listRunbooks } from '../runbook/read-runbook.ts'
import type { Runbook } from '../runbook/runbook.ts'
import type { Environment } from './environment.ts'

/** What says what each incident class needs. `Content` of `drillbook check` is one. */
export interface IncidentContent {
  runbooks: readonly Runbook[]
  drills: readonly Drill[]
}

/** A key that an environment has to have for an incident class. */
export interface Need {
  /** As it stands in an environment: `actions.use-standby-cache`, `faults.cache-hung`. */
  key: string
  kind: 'actions' | 'faults'
  name: string
  /** The runbook or drill that asks for it, relative to the drillbook's root. */
  file: string
  line?: number
}

/** The runbooks and drills that can be read; the others are left out, and `drillbook check` reports them. */
export function incidentContent(root: Root): IncidentContent {
  const drills = drillNames(root).flatMap((name) => {
    try {
      return [readDrill(root, name)]
    } catch (error) {
      if (error instanceof CliError) return []
      throw error
    }
  })
  return { runbooks: listRunbooks(root).runbooks, drills }
}

/**
 * Whether the environment has this incident class: `incidents` in its file names it, or, without `incidents`, it binds
 * everything that the class's runbook and (where drills are allowed) its drills need. A class that needs nothing, or
 * of which nothing can be read, is had: what alerts must not be left out because a file is broken.
 */
export function hasIncident(environment: Environment, incident: string, content: IncidentContent): boolean {
  if (environment.incidents !== undefined) return environment.incidents.has(incident)
  return missingFor(environment, incident, content).length === 0
}

/** The keys that the class needs and the environment does not have, each once. */
export function missingFor(environment: Environment, incident: string, content: IncidentContent): Need[] {
  return needsOf(incident, content)
    .filter(({ file }) => environment.drillsAllowed || !content.drills.some((drill) => drill.file === file))
    .filter(({ kind, name }) => !environment[kind].has(name))
}

/** For sentences: the key and the file or folder in which it is missing. */
export function missingKey(environment: Environment, key: string): string {
  return `${key} is missing in ${environment.shownAs}`
}

/**
 * Everything that a class needs an environment to bind, each key once, runbook before drills. The runbook can do
 * without its optional acts; a drill that one of them has to mend cannot.
 */
export function needsOf(incident: string, { runbooks, drills }: IncidentContent): Need[] {
  const blocks = runbooks
    .filter(({ frontMatter }) => frontMatter.incident === incident)
    .flatMap(({ file, steps }) => steps.flatMap((step) => step.blocks.map((block) => ({ file, block }))))
    .flatMap(({ file, block }) => ('action' in block ? [{ file, block }] : []))
  const acts = blocks
    .filter(({ block }) => block.type !== 'act' || !block.optional)
    .map(({ file, block }) => ({ ...need('actions', block.action, file), line: block.line }))
  const drilled = drills
    .filter((drill) => drill.incident === incident)
    .flatMap(({ file, faults, rollbacks, mendedBy, proves }) => [
      ...faults.map((name) => need('faults', name, file)),
      ...blocks
        .filter(({ block }) => mendedBy.includes(block.name))
        .map(({ block }) => need('actions', block.action, file)),
      ...rollbacks.map((name) => need('actions', name, file)),
      ...proves.flatMap((claim) => ('read' in claim ? [need('actions', claim.read, file)] : [])),
    ])
  const all = [...acts, ...drilled]
  return all.filter(({ key }, index) => all.findIndex((other) => other.key === key) === index)
}

function need(kind: Need['kind'], name: string, file: string): Need {
  return { key: `${kind}.${name}`, kind, name, file }
}
