import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { alertSentence } from '../rules/sentence.ts'
import type { Thresholds } from '../rules/thresholds.ts'

const DATABASE = 'service=~"$database"'

/** Transactions per second, what is normal, and where the alert starts. */
export function databaseLoad(id: number, thresholds: Thresholds): Panel {
  const { value, times } = thresholds.databaseLoad
  return graph({
    id,
    title: 'Database load vs normal',
    description: [
      'Transactions per second in the database. Normal: near the dashed green line, which is the last day without its last hour.',
      'Far above it the database is next to fail: get the cache back (`use-standby-cache`) rather than tune it.',
      alertSentence(thresholds.databaseLoad),
    ].join(' '),
    unit: 'ops',
    queries: [
      { expr: `db:transactions:rate1m{${DATABASE}}`, legend: '{{service}}' },
      { expr: `db:transactions:normal{${DATABASE}}`, legend: '{{service}} normal' },
      { expr: `${value} * ${times}{${DATABASE}}`, legend: `{{service}} alert (${value} x normal)` },
    ],
    styles: [
      { series: / normal$/, colour: COLOURS.good, as: 'bound' },
      { series: / alert /, colour: COLOURS[thresholds.databaseLoad.severity], as: 'bound' },
    ],
  })
}
