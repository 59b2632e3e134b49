import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/schema'
import { cacheDashboard } from './cache/dashboard.ts'
import { commerceDashboard } from './commerce/dashboard.ts'
import { databaseDashboard } from './database/dashboard.ts'
import { incidentsDashboard } from './incidents/dashboard.ts'
import { overviewDashboard } from './overview/dashboard.ts'
import type { Rules } from './rules/rule-files.ts'
import { readThresholds } from './rules/thresholds.ts'
import { ticketingDashboard } from './ticketing/dashboard.ts'
import { waitingRoomDashboard } from './waiting-room/dashboard.ts'

/** File name to content, the same bytes for the same rules. */
export type DashboardFiles = ReadonlyMap<string, string>

/**
 * Every dashboard as the file to commit or import. With a `runbookBase` (where the drillbook's root can be read, such
 * as `https://git.example.com/drillbook/blob/main`) they link to the runbooks. Throws RulesError.
 */
export function generate(rules: Rules, runbookBase?: string): DashboardFiles {
  const thresholds = readThresholds(rules)
  const base = runbookBase?.replace(/\/+$/, '')
  return new Map([
    ['cache.json', fileText(cacheDashboard(thresholds, base))],
    ['commerce.json', fileText(commerceDashboard())],
    ['database.json', fileText(databaseDashboard(thresholds, base))],
    ['incidents.json', fileText(incidentsDashboard(rules, base))],
    ['service-overview.json', fileText(overviewDashboard(thresholds, base))],
    ['ticketing-funnel.json', fileText(ticketingDashboard())],
    ['waiting-room.json', fileText(waitingRoomDashboard())],
  ])
}

/** Writes the files into a folder that exists: all are written beside their places before the first is replaced. */
export function write(files: DashboardFiles, dir: string): void {
  const staged: { from: string; to: string }[] = []
  try {
    for (const [name, text] of files) {
      const from = join(dir, `.${name}.new`)
      writeFileSync(from, text)
      staged.push({ from, to: join(dir, name) })
    }
  } catch (error) {
    for (const { from } of staged) rmSync(from)
    throw error
  }
  for (const { from, to } of staged) renameSync(from, to)
}

/** One sentence for each file in `dir` that is missing, differs, or belongs to no dashboard; empty when all is current. */
export function outdated(files: DashboardFiles, dir: string): string[] {
  const present = readdirSync(dir).filter((name) => name.endsWith('.json') && name !== 'package.json')
  const orphans = present.filter((name) => !files.has(name)).map((name) => `${name} belongs to no dashboard in src`)
  const stale = [...files].flatMap(([name, text]) => {
    if (!present.includes(name)) return [`${name} is missing`]
    return readFileSync(join(dir, name), 'utf8') === text ? [] : [`${name} is not current`]
  })
  return [...stale, ...orphans]
}

function fileText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`
}
