import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import type { AnnotationQuery, Dashboard, Panel } from '@grafana/schema'
import { readRules } from '../src/rules/rule-files.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** The rules that ship. */
export const RULES = readRules(rootAt(ROOT))

/** Names of the files to import into Grafana, sorted. */
export const FILES = readdirSync(join(ROOT, 'dashboards'))
  .filter((name) => name.endsWith('.json') && name !== 'package.json')
  .sort()

/** All panels of it follow from the rules. */
export const GENERATED = 'incidents.json'

/** Those of which each panel is written by hand. */
export const HAND_WRITTEN = FILES.filter((name) => name !== GENERATED)

/** A committed dashboard, as Grafana would read it. */
export function committed(file: string): Dashboard {
  return JSON.parse(committedText(file))
}

export function committedText(file: string): string {
  return readFileSync(join(ROOT, 'dashboards', file), 'utf8')
}

/** The panels of a dashboard, without headings; ours have no collapsed rows. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row')
}

export function panel(file: string, id: number): Panel {
  const found = panelsOf(committed(file)).find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`${file} has no panel ${id}`)
  return found
}

export function annotationsOf(dashboard: Dashboard): AnnotationQuery[] {
  return dashboard.annotations?.list ?? []
}
