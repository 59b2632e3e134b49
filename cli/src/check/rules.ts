import { metricNames } from '@drillbook/content/rules/promql'
import { withElapsed } from '../drill/claim.ts'
import { ENVIRONMENT_RULES } from './environments.ts'
import type { Rule } from './rule.ts'

const SEVERITIES = ['critical', 'warning', 'none']
const ANNOTATIONS = ['summary', 'description', 'runbook_url']

export const RULES: readonly Rule[] = [
  {
    name: 'alert-anatomy',
    promise: 'every alert says how severe it is, of which incident, what happened and what to do',
    problems: ({ alerts }) =>
      alerts.flatMap((alert) => {
        const missing = ANNOTATIONS.filter((name) => !alert.annotations[name]).map((name) => `no annotation ${name}`)
        if (!SEVERITIES.includes(alert.labels.severity ?? ''))
          missing.push(`severity is one of ${SEVERITIES.join(', ')}`)
        if (!alert.labels.incident) missing.push('no label incident')
        if (alert.annotations.summary?.includes('{{'))
          missing.push('the summary has to be constant; values go into the description')
        return missing.map((message) => ({ file: alert.file, line: alert.line, message: `${alert.alert}: ${message}` }))
      }),
  },
  {
    name: 'alert-runbook',
    promise: 'every alert leads to the runbook of its incident, and the runbook names it',
    problems: ({ alerts, runbooks }) =>
      alerts.flatMap((alert) => {
        const { incident = '' } = alert.labels
        const runbook = runbooks.find((r) => r.frontMatter.incident === incident)
        const at = (message: string) => [{ file: alert.file, line: alert.line, message: `${alert.alert}: ${message}` }]
        if (runbook === undefined) return at(`there is no runbook runbooks/${incident}.md`)
        if (alert.annotations.runbook_url !== runbook.file) return at(`runbook_url has to be ${runbook.file}`)
        return runbook.frontMatter.alerts.includes(alert.alert)
          ? []
          : at(`${runbook.file} does not list it under alerts`)
      }),
  },
  {
    name: 'runbook-alerts',
    promise: 'every alert that a runbook names exists and is of its incident',
    problems: ({ alerts, runbooks }) =>
      runbooks.flatMap(({ file, frontMatter }) =>
        frontMatter.alerts
          .filter((name) => !alerts.some((a) => a.alert === name && a.labels.incident === frontMatter.incident))
          .map((name) => ({ file, line: 1, message: `no rule gives ${name} with incident ${frontMatter.incident}` })),
      ),
  },
  {
    name: 'alert-drill',
    promise: 'every alert is proven by a drill, or its runbook says why none is possible',
    problems: ({ alerts, drills, runbooks }) =>
      alerts.flatMap(({ alert, labels, file, line }) => {
        const runbook = runbooks.find((r) => r.frontMatter.incident === labels.incident)
        const reason = runbook?.frontMatter.noDrill[alert]
        const drill = drills.find(({ alerts: { expected } }) => expected.includes(alert))
        if (drill === undefined && reason === undefined) {
          return [
            { file, line, message: `${alert}: no drill expects it, and its runbook has no noDrill with the reason` },
          ]
        }
        if (drill === undefined || reason === undefined) return []
        return [
          { file, line, message: `${alert}: ${drill.file} expects it, but noDrill of ${runbook?.file} says none can` },
        ]
      }),
  },
  {
    name: 'alert-dashboard',
    promise: 'every dashboard link of an alert leads to a panel that exists',
    problems: ({ alerts, dashboards }) =>
      alerts.flatMap(({ alert, annotations, file, line }) => {
        const link = annotations.dashboard_url
        if (link === undefined) return []
        const [, uid = '', panel] = /^\/d\/([\w-]+)(?:\/[\w-]*)?\?(?:[^#]*&)?viewPanel=(\d+)(?:&|$)/.exec(link) ?? []
        if (dashboards.get(uid)?.has(Number(panel))) return []
        return [{ file, line, message: `${alert}: dashboard_url ${link} leads to no panel of dashboards/*.json` }]
      }),
  },
  ...ENVIRONMENT_RULES,
  {
    name: 'placeholders',
    promise: 'nothing is left TO WRITE',
    problems: (content) => content.placeholders,
  },
  {
    name: 'recorded-names',
    promise: 'every recorded name that a runbook or a drill asks for is recorded by a rule',
    problems: ({ drills, runbooks, recordings }) => {
      const recorded = new Set(recordings.map((rule) => rule.record))
      const asked = [
        ...runbooks.flatMap(({ file, steps }) =>
          steps
            .flatMap((step) => step.blocks)
            .filter((block) => block.type === 'check')
            .map(({ promql, line }) => ({ file, line, promql })),
        ),
        ...drills.flatMap(({ file, hypothesis, confirm, mitigated, recovered, abort, proves }) => [
          ...[...hypothesis.probes, confirm, mitigated, recovered, ...abort].map(({ promql }) => ({ file, promql })),
          ...proves.flatMap((claim) =>
            'promql' in claim ? [{ file, promql: withElapsed(claim.promql, 60_000) }] : [],
          ),
        ]),
      ]
      return asked.flatMap(({ promql, ...at }) =>
        metricNames(promql)
          .filter((name) => name.includes(':') && !recorded.has(name))
          .map((name) => ({ ...at, message: `no rule records ${name}` })),
      )
    },
  },
]
