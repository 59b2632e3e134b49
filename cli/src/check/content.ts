import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { environmentEntries, sourcesOf } from '@drillbook/content/environment/sources'
import { CliError, messageOf, type Problem, ProblemsError } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'
import { type AlertRule, type RecordingRule, readRules } from '@drillbook/content/rules/read-rules'
import { PORT_NAMES } from '@drillbook/lab/ports'
import { z } from 'zod'
import type { Drill } from '../drill/drill.ts'
import { drillNames, readDrill } from '../drill/drill-file.ts'
import { type Environment, environmentFrom } from '../environment/environment.ts'
import { listRunbooks } from '../runbook/read-runbook.ts'
import type { Runbook } from '../runbook/runbook.ts'
import { placeholders } from './placeholders.ts'

/** Everything that is shipped, as far as it could be read. */
export interface Content {
  alerts: AlertRule[]
  recordings: RecordingRule[]
  runbooks: Runbook[]
  drills: Drill[]
  environments: Environment[]
  /** Placeholders that are still to be filled in. */
  placeholders: Problem[]
  /** The ids of its panels, by the dashboard's uid. */
  dashboards: Map<string, Set<number>>
}

/** Reads all content. What cannot be read is in `problems`; the rest goes on to be checked. */
export function readContent(root: Root): { content: Content; problems: Problem[] } {
  const problems: Problem[] = []
  const attempt = <T>(file: string, fallback: T, read: () => T): T => {
    try {
      return read()
    } catch (error) {
      if (error instanceof ProblemsError) problems.push(...error.problems)
      else problems.push({ file, message: messageOf(error) })
      return fallback
    }
  }
  const rules = attempt('alerts/rules', [], () => readRules(root)).flatMap((group) => group.rules)
  const runbooks = listRunbooks(root)
  problems.push(...runbooks.problems)
  const found = environmentEntries(root)
  problems.push(...found.problems)
  const environments = found.entries.flatMap(({ path }) =>
    attempt<Environment[]>(relative(root.dir, path), [], () => [readEnvironment(root, path)]),
  )
  const drills = drillNames(root).flatMap((name) =>
    attempt<Drill[]>(`runbooks/drills/${name}.yaml`, [], () => [readDrill(root, name)]),
  )
  for (const file of filesIn(root.drills, '.yml')) {
    problems.push({ file: relative(root.dir, file), message: 'is not read: name it *.yaml' })
  }
  const dashboards = filesIn(root.dashboards, '.json').flatMap((file) =>
    attempt<[string, Set<number>][]>(relative(root.dir, file), [], () => readDashboard(file)),
  )
  const content = {
    alerts: rules.filter((rule) => rule.alert !== undefined),
    recordings: rules.filter((rule) => rule.record !== undefined),
    runbooks: runbooks.runbooks,
    drills,
    environments,
    placeholders: placeholders(root).filter(({ file, message }) => !isSaid(problems, file, message)),
    dashboards: new Map(dashboards),
  }
  return { content, problems }
}

/** Several readers report the same unreadable file; it is printed once. */
function isSaid(problems: readonly Problem[], file: string, message: string): boolean {
  return problems.some((problem) => problem.file === file && problem.message === message)
}

function filesIn(dir: string, ending: string): string[] {
  if (!existsSync(dir)) return []
  const names = readdirSync(dir).filter((name) => name.endsWith(ending) && !name.startsWith('package'))
  return names.sort().map((name) => join(dir, name))
}

/** A template of the lab is checked with stand-ins for its folder and ports; line numbers stay true. */
function readEnvironment(root: Root, path: string): Environment {
  const sources = sourcesOf(root, path).map((source) => ({ ...source, text: withStandIns(source.text) }))
  return environmentFrom(root, sources, path)
}

function withStandIns(text: string): string {
  return text.replace(/\$\{(lab|port\.([\w.-]+))\}/g, (placeholder, name, port) => {
    if (name === 'lab') return '/lab'
    return PORT_NAMES.some((known) => known === port) ? '1' : placeholder
  })
}

const panel = z.object({ id: z.number() })
const dashboardSchema = z.object({
  uid: z.string('it has no uid, so no alert can link to it'),
  /** Those of a folded row stand in the row. */
  panels: z.array(panel.extend({ panels: z.array(panel).default([]) }), 'it has no panels with ids'),
})

function readDashboard(file: string): [string, Set<number>][] {
  const read = dashboardSchema.safeParse(JSON.parse(readTextFile(file, FILE_LIMITS.dashboard)))
  if (!read.success) {
    const [first] = read.error.issues
    throw new CliError('usage', `no dashboard of Grafana: ${first?.path.join('.')}: ${first?.message}`)
  }
  const { uid, panels } = read.data
  return [[uid, new Set(panels.flatMap((each) => [each.id, ...each.panels.map(({ id }) => id)]))]]
}
