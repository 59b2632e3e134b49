import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ProblemsError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { readYaml } from '@drillbook/content/yaml/read-yaml'
import { z } from 'zod'

const schema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z
        .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).nullish() }))
        .default([]),
    }),
  ),
})

/**
 * The alerts that a promtool case in alerts/tests expects to fire. Throws ProblemsError for files that are no rule
 * tests.
 */
export function testedAlerts(root: Root): Set<string> {
  const folder = join(root.alerts, 'tests')
  if (!existsSync(folder)) return new Set()
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))
  const cases = files.flatMap((name) => {
    const path = join(folder, name)
    const read = readYaml(path, schema, relative(root.dir, path))
    if (!('value' in read)) throw new ProblemsError('the rule tests cannot be read', read.problems)
    return read.value.tests.flatMap((test) => test.alert_rule_test)
  })
  return new Set(cases.filter(({ exp_alerts }) => (exp_alerts ?? []).length > 0).map(({ alertname }) => alertname))
}
