import { PromqlError } from '@drillbook/content/rules/promql'
import { type Comparison, comparisonAtTop, conditionsAtTop } from '../promql/comparison.ts'
import type { AlertRule, Rules } from './rule-files.ts'
import { RulesError } from './rules-error.ts'

/** One rule of an alert, taken apart. */
export interface SignRule {
  rule: AlertRule
  severity: 'warning' | 'critical'
  /** Undefined when no number is compared at the top of its expression. */
  comparison: Comparison | undefined
  /** What has to hold besides, as written. */
  conditions: readonly string[]
}

/** An alert as a sign of its incident class. A warning and a critical rule of one name are one sign. */
export interface Sign {
  alert: string
  rules: readonly [SignRule, ...SignRule[]]
}

/**
 * The signs of every incident class, sorted by class and in the order of the rules. An alert without a class, or without
 * a severity that a person answers (the Watchdog), is no sign. Throws RulesError naming each rule that is no PromQL.
 */
export function readSigns(rules: Rules): ReadonlyMap<string, readonly Sign[]> {
  const problems: string[] = []
  const byIncident = new Map<string, Map<string, Sign>>()
  for (const rule of rules.all) {
    const { incident, severity } = rule.labels
    if (incident === undefined || (severity !== 'warning' && severity !== 'critical')) continue
    try {
      const one: SignRule = {
        rule,
        severity,
        comparison: comparisonAtTop(rule.expr),
        conditions: conditionsAtTop(rule.expr),
      }
      const signs = byIncident.get(incident) ?? new Map<string, Sign>()
      const before = signs.get(rule.alert)
      signs.set(rule.alert, { alert: rule.alert, rules: before === undefined ? [one] : [...before.rules, one] })
      byIncident.set(incident, signs)
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      problems.push(`${rule.file}: ${rule.alert}: ${error.message}`)
    }
  }
  if (problems.length > 0) throw new RulesError(problems)
  const sorted = [...byIncident].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(sorted.map(([incident, signs]) => [incident, [...signs.values()]]))
}
