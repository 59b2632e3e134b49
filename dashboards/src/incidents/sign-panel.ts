import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { type Bound, isAbove } from '../grafana/steps.ts'
import { selectService } from '../promql/select-service.ts'
import { NOTHING_HOLDS } from '../queries.ts'
import { alertSentence } from '../rules/sentence.ts'
import type { Sign, SignRule } from '../rules/signs.ts'
import { panelId } from './panel-id.ts'
import { unitOf } from './unit.ts'

/** What an alert compares, over time, and the number of its rule as a line. */
export function signPanel(incident: string, { alert, rules }: Sign): Panel {
  const plotted = [...new Set(rules.map(({ comparison, rule }) => comparison?.left ?? rule.expr))]
  const factors = rules.flatMap(factorOf)
  const bounds = rules.flatMap(boundOf)
  const [first] = rules
  return graph({
    id: panelId(alert),
    title: alert,
    description: [
      first.rule.annotations.summary ?? '',
      ...rules.map((each) => sentence(incident, alert, each)),
      `Normal: ${normal(first)}.`,
    ].join(' '),
    unit: unitOf(first.rule, plotted[0] ?? ''),
    queries: [
      ...plotted.map((expr) => ({ expr: selectService(expr) })),
      ...factors.map(({ expr, legend }) => ({ expr: selectService(expr), legend })),
    ],
    alerts: bounds,
    styles: factors.map(({ legend, colour }) => ({
      series: new RegExp(`^${legend.split(' {{')[0]}`),
      colour,
      as: 'bound',
    })),
    ...(rules.every(({ comparison }) => comparison === undefined) ? { noValue: NOTHING_HOLDS } : {}),
  })
}

/** A number in the rule is a line. One that multiplies a series is a line of its own, see `factorOf`. */
function boundOf({ comparison, severity }: SignRule): Bound[] {
  if (comparison === undefined || comparison.times !== undefined || comparison.operator === '!=') return []
  return [{ operator: comparison.operator, value: comparison.value, severity }]
}

function factorOf({ comparison, severity }: SignRule): { expr: string; legend: string; colour: string }[] {
  if (comparison?.times === undefined) return []
  const { value, times } = comparison
  return [{ expr: `${value} * ${times}`, legend: `${severity} starts here {{service}}`, colour: COLOURS[severity] }]
}

function sentence(incident: string, alert: string, { rule, severity, comparison, conditions }: SignRule): string {
  if (comparison === undefined) {
    return [
      `**${alert}** (${severity}) has no number to draw a line at, so its whole expression is shown: it fires where`,
      `there was a line for ${rule.for}: \`drillbook respond ${incident}\`.`,
    ].join(' ')
  }
  const { operator, value, times } = comparison
  const said = alertSentence(
    { alert, severity, operator, value, for: rule.for, incident, ...(times === undefined ? {} : { times }) },
    times === undefined || times.endsWith(':normal') ? '' : `(the factor of \`${times}\`)`,
  )
  const also = conditions.map((condition) => `\`${condition}\``).join(' ')
  return also === '' ? said : `${said} Not shown here, but needed, too: ${also}.`
}

function normal({ comparison }: SignRule): string {
  if (comparison === undefined) return 'nothing is shown'
  if (comparison.operator === '!=') return `level at ${comparison.value}`
  return `on the good side of the dashed line, ${isAbove(comparison) ? 'below' : 'above'} it; a gap means nothing to measure`
}
