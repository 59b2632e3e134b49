import type { Panel } from '@grafana/schema'
import { COLOURS, OUTCOMES } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'

const SERVICE = 'service=~"$service"'

export interface OutcomesPanel {
  id: number
  title: string
  description: string
  /** The `operation` label, one or several as a regular expression. */
  operations: string
}

/** How one kind of operation ends, per second: one colour for each outcome. */
export function outcomes({ id, title, description, operations }: OutcomesPanel): Panel {
  return graph({
    id,
    title,
    description,
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome) (rate(operation_outcomes_total{${SERVICE}, operation=~"${operations}"}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
    styles: Object.entries(OUTCOMES).map(([series, colour]) => ({ series, colour })),
    stacked: true,
  })
}

/** Why operations were refused or failed, per second: blue for what the business refuses, red for what failed. */
export function reasons({ id, title, description, operations }: OutcomesPanel): Panel {
  return graph({
    id,
    title,
    description,
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome, reason) (rate(operation_outcomes_total{${SERVICE}, operation=~"${operations}", outcome!="success"}[$__rate_interval]))`,
        legend: '{{outcome}} {{reason}}',
      },
    ],
    styles: REASON_STYLES,
  })
}

/** For legends that begin with the outcome. */
export const REASON_STYLES = [
  { series: /^rejected/, colour: COLOURS.expected, shades: true },
  { series: /^failed/, colour: COLOURS.bad, shades: true },
]
