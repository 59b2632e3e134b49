import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../content/read-yaml.ts'
import type { Root } from '../content/root.ts'
import { CliError, messageOf, type Problem, ProblemsError } from '../errors.ts'

interface RuleBase {
  /** Relative to the drillbook's root. */
  file: string
  /** 1-based, of the line with `alert:` or `record:`. */
  line: number
  group: string
  expr: string
  labels: Record<string, string>
}

export interface RecordingRule extends RuleBase {
  record: string
  alert?: undefined
}

/** `for` and `keepFiringFor` as written, e.g. "30s"; undefined when absent, which Prometheus takes for 0. */
export interface AlertRule extends RuleBase {
  alert: string
  record?: undefined
  for: string | undefined
  keepFiringFor: string | undefined
  annotations: Record<string, string>
}

/** `interval` as written; undefined: the global evaluation interval. */
export interface RuleGroup {
  file: string
  line: number
  name: string
  interval: string | undefined
  rules: (AlertRule | RecordingRule)[]
}

const texts = z.record(z.string(), z.string()).default({})
const ruleSchema = z
  .strictObject({
    record: z.string().optional(),
    alert: z.string().optional(),
    expr: z.coerce.string(),
    for: z.string().optional(),
    keep_firing_for: z.string().optional(),
    labels: texts,
    annotations: texts,
  })
  .refine((rule) => (rule.record === undefined) !== (rule.alert === undefined), 'needs either `record` or `alert`')
const ruleFileSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      limit: z.number().optional(),
      rules: z.array(ruleSchema),
    }),
  ),
})

/** Every rule group of `alerts/rules/*.yaml`, in the order of file names. Throws ProblemsError with all that is wrong. */
export function readRules(root: Root): RuleGroup[] {
  const problems: Problem[] = []
  const groups = ruleFilesOf(root).flatMap((path) => readRuleFile(root, path, problems))
  if (problems.length > 0) throw new ProblemsError('the alert rules cannot be read', problems)
  return groups
}

/** The paths of all rule files, sorted. Throws `usage` when there are none. */
export function ruleFilesOf(root: Root): string[] {
  const dir = join(root.alerts, 'rules')
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.yaml'))
  } catch (error) {
    throw new CliError('usage', `cannot read the alert rules in ${dir}: ${messageOf(error)}`)
  }
  if (names.length === 0) throw new CliError('usage', `there is no *.yaml in ${dir}`)
  return names.sort().map((name) => join(dir, name))
}

function readRuleFile(root: Root, path: string, problems: Problem[]): RuleGroup[] {
  const file = relative(root.dir, path)
  const read = readYaml(path, ruleFileSchema, file)
  if (!('value' in read)) {
    problems.push(...read.problems)
    return []
  }
  const lineOf = (...at: (string | number)[]): number => read.lineOf(['groups', ...at]) ?? 1
  return read.value.groups.map((group, g) => ({
    file,
    line: lineOf(g),
    name: group.name,
    interval: group.interval,
    rules: group.rules.map((rule, r) => {
      const base = { file, line: lineOf(g, 'rules', r), group: group.name, expr: rule.expr, labels: rule.labels }
      if (rule.alert === undefined) return { ...base, record: rule.record ?? '' }
      return {
        ...base,
        alert: rule.alert,
        for: rule.for,
        keepFiringFor: rule.keep_firing_for,
        annotations: rule.annotations,
      }
    }),
  }))
}
