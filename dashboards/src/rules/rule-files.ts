import type { Root } from '@drillbook/content/root'
import { readRules as readGroups, type AlertRule as WrittenAlert } from '@drillbook/content/rules/read-rules'

/** `for` is as written, such as `30s`; `0s` when the alert fires at once. */
export type AlertRule = WrittenAlert & { for: string }

export interface Rules {
  /** By name; of several with one name the last. */
  alerts: ReadonlyMap<string, AlertRule>
  /** Every alert, in the order of files and rules: a warning and a critical one may have the same name. */
  all: readonly AlertRule[]
  /** Names that recording rules give to their results. */
  recorded: ReadonlySet<string>
}

/** All alert rules of a drillbook. Throws `usage` with everything that is wrong with their files. */
export function readRules(root: Root): Rules {
  const rules = readGroups(root).flatMap((group) => group.rules)
  const all = rules
    .filter((rule) => rule.alert !== undefined)
    .map((rule) => ({ ...rule, expr: rule.expr.trim(), for: rule.for ?? '0s' }))
  return {
    alerts: new Map(all.map((rule) => [rule.alert, rule])),
    all,
    recorded: new Set(rules.flatMap((rule) => rule.record ?? [])),
  }
}
