import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { RulesError } from './rules-error.ts'

export interface AlertRule {
  name: string
  /** The rule file's name, for messages. */
  file: string
  expr: string
  /** Prometheus duration as written, such as `30s`; `0s` when the alert fires at once. */
  for: string
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
}

export interface Rules {
  /** By name; of several with one name the last. */
  alerts: ReadonlyMap<string, AlertRule>
  /** Every alert, in the order of files and rules: a warning and a critical one may have the same name. */
  all: readonly AlertRule[]
  /** Names that recording rules give to their results. */
  recorded: ReadonlySet<string>
}

interface RuleFile {
  groups?: { rules?: RuleEntry[] }[]
}

interface RuleEntry {
  record?: string
  alert?: string
  expr?: string | number
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** All rule files (`*.yaml`, `*.yml`) of a folder. Throws RulesError naming the folder or file that cannot be read. */
export function readRules(dir: string): Rules {
  const all: AlertRule[] = []
  const recorded = new Set<string>()
  for (const file of ruleFileNames(dir)) {
    const rules = (readRuleFile(dir, file).groups ?? []).flatMap((group) => group.rules ?? [])
    for (const rule of rules) {
      if (rule.record !== undefined) recorded.add(rule.record)
      if (rule.alert === undefined) continue
      const { alert: name, expr = '', for: hold = '0s', labels = {}, annotations = {} } = rule
      all.push({ name, file, expr: String(expr).trim(), for: hold, labels, annotations })
    }
  }
  return { alerts: new Map(all.map((alert) => [alert.name, alert])), all, recorded }
}

function ruleFileNames(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
  } catch (error) {
    throw new RulesError([`${dir}: ${error instanceof Error ? error.message : String(error)}`])
  }
}

function readRuleFile(dir: string, file: string): RuleFile {
  try {
    const content: unknown = parse(readFileSync(join(dir, file), 'utf8'), { merge: true })
    if (typeof content !== 'object' || content === null) throw new Error('no rule groups in it')
    return content
  } catch (error) {
    throw new RulesError([`${file}: ${error instanceof Error ? error.message : String(error)}`])
  }
}
