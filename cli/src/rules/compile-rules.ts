import type { Problem } from '@drillbook/content/errors'
import { parsePromql } from '@drillbook/content/rules/promql'
import type { RuleGroup } from '@drillbook/content/rules/read-rules'
import { lineInText, type YamlFile } from '@drillbook/content/yaml/yaml-file'
import { ageNamesOf } from './elapsed-time.ts'
import { lengthAt, scaleAt, textAt } from './fill.ts'
import { scaleExpression } from './scale-expression.ts'

export interface RuleOptions {
  speed: number
  /** Before scaling. */
  scrapeIntervalMs: number
  /** From `ageNames`. */
  ageNames: ReadonlySet<string>
  /** Where the drillbook's root can be read; absent: no `runbook_url`. */
  runbookBase: string | undefined
  /** Grafana's address; absent: no `dashboard_url`. */
  grafanaBase: string | undefined
}

/** Recorded names, over all rule files, that carry a time that passes. */
export function ageNames(groups: readonly RuleGroup[]): Set<string> {
  const recorded = groups.flatMap((group) => group.rules).filter((rule) => rule.record !== undefined)
  return ageNamesOf(recorded.map((rule) => ({ record: rule.record, expression: parsePromql(rule.expr) })))
}

/** Scales every group and rule of one rule file and makes links of its paths, in place. */
export function compileRuleFile(yaml: YamlFile, options: RuleOptions, problems: Problem[]): void {
  for (let g = 0; g < lengthAt(yaml, ['groups']); g++) {
    scaleAt(yaml, ['groups', g, 'interval'], options.speed, problems)
    scaleAt(yaml, ['groups', g, 'query_offset'], options.speed, problems)
    for (let r = 0; r < lengthAt(yaml, ['groups', g, 'rules']); r++) {
      const path = ['groups', g, 'rules', r]
      scaleAt(yaml, [...path, 'for'], options.speed, problems)
      scaleAt(yaml, [...path, 'keep_firing_for'], options.speed, problems)
      compileExpression(yaml, [...path, 'expr'], options, problems)
      link(yaml, [...path, 'annotations', 'runbook_url'], options.runbookBase)
      link(yaml, [...path, 'annotations', 'dashboard_url'], options.grafanaBase)
    }
  }
}

/**
 * Leaves out the alerts of incident classes that the environment does not have, and groups that are then empty, in
 * place. Recordings stay: dashboards and other classes read them, and without a source they cost nothing.
 */
export function keepIncidents(yaml: YamlFile, hasIncident: (incident: string) => boolean): void {
  for (let g = lengthAt(yaml, ['groups']) - 1; g >= 0; g--) {
    const ofGroup = textAt(yaml, ['groups', g, 'labels', 'incident'])
    for (let r = lengthAt(yaml, ['groups', g, 'rules']) - 1; r >= 0; r--) {
      const path = ['groups', g, 'rules', r]
      const incident = textAt(yaml, [...path, 'labels', 'incident']) ?? ofGroup
      const isAlert = yaml.document.hasIn([...path, 'alert'])
      if (isAlert && incident !== undefined && !hasIncident(incident)) yaml.document.deleteIn(path)
    }
    if (lengthAt(yaml, ['groups', g, 'rules']) === 0) yaml.document.deleteIn(['groups', g])
  }
}

function compileExpression(yaml: YamlFile, path: (string | number)[], options: RuleOptions, problems: Problem[]): void {
  const text = textAt(yaml, path)
  if (text === undefined) return
  const scaled = scaleExpression(parsePromql(text), options)
  for (const { offset, message } of scaled.problems) {
    problems.push({ file: yaml.file, line: lineInText(yaml, path, text, offset), message })
  }
  if (scaled.problems.length === 0) yaml.document.setIn(path, scaled.text)
}

/** A dead link is worse than none. Whole URLs stay as they are. */
function link(yaml: YamlFile, path: (string | number)[], base: string | undefined): void {
  const target = textAt(yaml, path)
  if (target === undefined || /^https?:\/\//.test(target)) return
  if (base === undefined) yaml.document.deleteIn(path)
  else yaml.document.setIn(path, `${base.replace(/\/+$/, '')}/${target.replace(/^\/+/, '')}`)
}
