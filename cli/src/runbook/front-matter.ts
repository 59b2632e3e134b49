import { parseDuration } from '@drillbook/content/duration'
import type { Problem } from '@drillbook/content/errors'
import { durationText } from '@drillbook/content/yaml/fields'
import { parseYaml } from '@drillbook/content/yaml/read-yaml'
import { z } from 'zod'
import type { FrontMatter } from './runbook.ts'

const duration = durationText.transform((text) => parseDuration(text) ?? 0)

const alertName = z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'an alert is CamelCase, like CacheDown')
const reason = z.string().min(1)

const schema = z.strictObject({
  title: z.string().min(1),
  incident: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'an incident is kebab-case, like cache-outage'),
  alerts: z.array(alertName),
  severity: z.enum(['critical', 'warning']),
  owner: z.string().min(1),
  limits: z.strictObject({ immediate: duration, short: duration, long: duration }),
  noDrill: z.union([reason, z.record(alertName, reason)], 'noDrill is a reason, or { ALERT: reason }').optional(),
})

/** The front matter, if it is right, the text after it with line numbers kept, and the problems. */
export function readFrontMatter(
  text: string,
  file: string,
): { frontMatter?: FrontMatter; body: string; problems: Problem[] } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(\r?\n|$)/.exec(text)
  if (match === null) {
    return {
      body: text,
      problems: [{ file, line: 1, message: 'front matter is missing: --- title, incident, alerts, ... ---' }],
    }
  }
  const [all, yaml = ''] = match
  // Blank lines in its place keep every later line number true.
  const body = all.replace(/[^\n]+/g, '') + text.slice(all.length)
  const read = parseYaml(yaml, schema, file)
  const problems = read.problems.map((p) => ({ ...p, line: (p.line ?? 1) + 1, message: `front matter: ${p.message}` }))
  if (!('value' in read)) return { body, problems }
  const { limits, noDrill, ...rest } = read.value
  for (const alert of Object.keys(typeof noDrill === 'object' ? noDrill : {})) {
    if (rest.alerts.includes(alert)) continue
    const line = (read.lineOf(['noDrill', alert]) ?? 1) + 1
    problems.push({ file, line, message: `front matter: noDrill: ${alert} is not under alerts` })
  }
  const late = limits.immediate < limits.short && limits.short < limits.long
  if (!late) {
    problems.push({
      file,
      line: (read.lineOf(['limits']) ?? 1) + 1,
      message: 'front matter: limits must grow: immediate < short < long',
    })
  }
  const reasons = typeof noDrill === 'string' ? Object.fromEntries(rest.alerts.map((a) => [a, noDrill])) : noDrill
  return { frontMatter: { ...rest, limitsMs: limits, noDrill: reasons ?? {} }, body, problems }
}
