import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnnotationQuery, Dashboard, Panel } from '@grafana/schema'
import { readRules } from '../src/rules/rule-files.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** The rules that ship. */
export const RULES = readRules(join(ROOT, 'alerts', 'rules'))

/** Names of the files to import into Grafana. */
export const FILES = [
  'cache.json',
  'commerce.json',
  'database.json',
  'service-overview.json',
  'ticketing-funnel.json',
  'waiting-room.json',
] as const

export type FileName = (typeof FILES)[number]

/** A committed dashboard, as Grafana would read it. */
export function committed(file: FileName): Dashboard {
  return JSON.parse(committedText(file))
}

export function committedText(file: FileName): string {
  return readFileSync(join(ROOT, 'dashboards', file), 'utf8')
}

/** The panels of a dashboard; ours have no collapsed rows. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row')
}

export function panel(file: FileName, id: number): Panel {
  const found = panelsOf(committed(file)).find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`${file} has no panel ${id}`)
  return found
}

export function annotationsOf(dashboard: Dashboard): AnnotationQuery[] {
  return dashboard.annotations?.list ?? []
}
