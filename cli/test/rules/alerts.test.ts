import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRules } from '@drillbook/content/rules/read-rules'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkout, outputOf, run } from './tool.ts'

const caseSchema = z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })
const storySchema = z.object({ tests: z.array(z.object({ alert_rule_test: z.array(caseSchema).optional() })) })
const config = join(checkout.alerts, 'alertmanager.yaml')
const ruleFiles = readdirSync(join(checkout.alerts, 'rules')).map((name) => join(checkout.alerts, 'rules', name))
const stories = readdirSync(join(checkout.alerts, 'tests')).map((name) =>
  storySchema.parse(parse(readFileSync(join(checkout.alerts, 'tests', name), 'utf8'))),
)
const alerts = readRules(checkout).flatMap((group) => group.rules.filter((rule) => rule.alert !== undefined))

test('the hand-written rules and configurations are valid by themselves', () => {
  expect(run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles])).toMatchObject({ status: 0 })
  expect(run('promtool', ['check', 'config', join(checkout.alerts, 'prometheus.yaml')])).toMatchObject({ status: 0 })
  expect(run('amtool', ['check-config', config])).toMatchObject({ status: 0 })
})

test.each(alerts.map((rule) => [rule.alert]))(
  '%s has a case in which it fires, and one in which it does not',
  (alert) => {
    const cases = stories.flatMap((story) => story.tests).flatMap((each) => each.alert_rule_test ?? [])
    const fires = cases.filter((each) => each.alertname === alert).map((each) => each.exp_alerts.length > 0)
    expect(fires).toContain(true)
    if (alert !== 'Watchdog') expect(fires).toContain(false)
  },
)

test.each(alerts.map((rule) => [rule.alert, rule] as const))(
  '%s says what, how bad, and where to go',
  (_name, rule) => {
    expect(rule.labels).toMatchObject({
      severity: expect.stringMatching(/^(critical|warning|none)$/),
      incident: expect.stringMatching(/^[a-z][a-z-]+$/),
    })
    expect(rule.annotations).toMatchObject({
      summary: expect.stringMatching(/^[A-Z][^{]*\.$/),
      description: expect.stringMatching(/\.$/),
      runbook_url: `runbooks/${rule.labels.incident}.md`,
    })
    expect(Object.values(rule.labels).join()).not.toContain('{{')
  },
)

test.each(alerts.filter((rule) => rule.labels.incident !== 'monitoring').map((rule) => [rule.alert, rule] as const))(
  '%s reads recorded names only and shows its panel',
  (_name, rule) => {
    expect(rule.annotations.dashboard_url).toMatch(/^\/d\/drillbook-[a-z]+\?viewPanel=\d+$/)
    expect(rule.expr).not.toMatch(/\[/)
  },
)

test.each(alerts.map((rule) => [rule.alert, rule] as const))('%s goes where it belongs', (_name, rule) => {
  const labels = Object.entries({ ...rule.labels, alertname: rule.alert, environment: 'lab' })
  const args = labels.map(([name, value]) => `${name}=${value}`)
  const receiver = outputOf('amtool', ['config', 'routes', 'test', `--config.file=${config}`, ...args]).trim()
  expect(receiver).toBe(rule.alert === 'Watchdog' ? 'heartbeat' : 'slack')
})
