import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { CliError, messageOf, type Problem, ProblemsError } from '../errors.ts'
import type { Root } from '../root.ts'
import { lineAt, openYaml, type YamlFile } from '../yaml/yaml-file.ts'

interface RuleBase {
  /** Relative to the drillbook's root. */
  file: string
  /** 1-based, of the line with `alert:` or `record:`. */
  line: number
  group: string
  expr: string
  /** Those of its group included. */
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

/** What Prometheus takes as text: `priority: 1`, `page: true`, and nothing at all. */
const text = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => String(value ?? ''))
const texts = z
  .record(z.string(), text)
  .nullish()
  .transform((labels) => labels ?? {})
const ruleSchema = z
  .strictObject({
    record: text.optional(),
    alert: text.optional(),
    expr: text,
    for: text.optional(),
    keep_firing_for: text.optional(),
    labels: texts,
    annotations: texts,
  })
  .refine((rule) => (rule.record === undefined) !== (rule.alert === undefined), 'needs either `record` or `alert`')
const ruleFileSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: text,
      interval: text.optional(),
      // Prometheus 2.53 and 3.0.
      query_offset: text.optional(),
      labels: texts,
      limit: z.number().optional(),
      rules: z
        .array(ruleSchema)
        .nullish()
        .transform((rules) => rules ?? []),
    }),
  ),
})

/**
 * Every rule group of `alerts/rules/*.yaml`, in the order of file names. Throws ProblemsError with all that is wrong.
 */
export function readRules(root: Root): RuleGroup[] {
  const problems: Problem[] = []
  const groups = ruleFilesOf(root).flatMap((path) => groupsOf(openYaml(root, path, problems), problems))
  if (problems.length > 0) throw new ProblemsError('the alert rules cannot be read', problems)
  return groups
}

/**
 * The paths of all rule files, sorted. Throws `usage` when there are none, or one that Prometheus would not load: its
 * configuration says `rules/*.yaml`.
 */
export function ruleFilesOf(root: Root): string[] {
  const dir = join(root.alerts, 'rules')
  if (!existsSync(dir)) {
    throw new CliError('usage', `there are no alert rules in ${dir}`, {
      hint: 'Begin with: drillbook new incident NAME',
    })
  }
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch (error) {
    throw new CliError('usage', `cannot read the alert rules in ${dir}: ${messageOf(error)}`)
  }
  const unseen = names.filter((name) => name.endsWith('.yml'))
  if (unseen.length > 0) {
    const problems = unseen.map((name) => ({
      file: relative(root.dir, join(dir, name)),
      message: `Prometheus loads rules/*.yaml: rename it to ${name.replace(/\.yml$/, '.yaml')}`,
    }))
    throw new ProblemsError('some alert rules would not be loaded', problems)
  }
  const files = names.filter((name) => name.endsWith('.yaml'))
  if (files.length === 0) throw new CliError('usage', `there is no *.yaml in ${dir}`)
  return files.sort().map((name) => join(dir, name))
}

/** The groups in one rule file; what is wrong with it goes to `problems`. */
function groupsOf(yaml: YamlFile, problems: Problem[]): RuleGroup[] {
  const { file } = yaml
  if (problems.some((problem) => problem.file === file)) return []
  const parsed = ruleFileSchema.safeParse(yaml.document.toJS())
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
      const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
      problems.push({ file, line: lineAt(yaml, [...issue.path, ...keys].map(step)), message: where + issue.message })
    }
    return []
  }
  return parsed.data.groups.map((group, g) => ({
    file,
    line: lineAt(yaml, ['groups', g]),
    name: group.name,
    interval: group.interval,
    rules: group.rules.map((rule, r) => {
      const labels = { ...group.labels, ...rule.labels }
      const line = lineAt(yaml, ['groups', g, 'rules', r])
      const base = { file, line, group: group.name, expr: rule.expr, labels }
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

function step(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}
