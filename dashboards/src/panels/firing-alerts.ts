import { MappingType, type Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { anySteps } from '../grafana/steps.ts'
import { table } from '../grafana/table.ts'
import { words } from '../grafana/words.ts'

/** Where the table is, for a dashboard that has none. */
export const ON_OVERVIEW = 'the table on the service overview'

/** How many alerts fire that match the selector; 0 when none. */
export function firingAlertsCount(
  id: number,
  selector: string,
  which: string,
  where = 'the table of firing alerts',
): Panel {
  return stat({
    id,
    title: 'Firing alerts',
    description: `How many ${which} fire now. Normal: none. Otherwise take them from ${where}, critical first.`,
    unit: 'none',
    queries: [{ expr: `count(ALERTS{alertstate="firing", ${selector}}) or vector(0)`, legend: 'firing' }],
    thresholds: anySteps(COLOURS.bad),
    mappings: words({ 0: { text: 'none' } }),
  })
}

/** Which alerts fire, since when, and the command that answers each. Empty when none fires. */
export function firingAlertsTable(id: number, selector: string, which: string): Panel {
  return table({
    id,
    title: 'Firing alerts',
    description: [
      `Which ${which} fire now, and since when their condition holds. Normal: none.`,
      '`critical`: users suffer now, take it first. `warning`: protection holds, but it is thin.',
      'The last column is the command that walks you through the runbook.',
    ].join(' '),
    unit: 'dateTimeFromNow',
    queries: [
      {
        expr: [
          'min by (alertname, severity, service, incident) (',
          `1000 * ALERTS_FOR_STATE{${selector}} and ignoring (alertstate) ALERTS{alertstate="firing", ${selector}}`,
          ')',
        ].join(''),
        instant: true,
      },
    ],
    noValue: 'No alert fires',
    columns: [
      { from: 'alertname', title: 'Alert' },
      {
        from: 'severity',
        title: 'Severity',
        mappings: words({ critical: { color: COLOURS.critical }, warning: { color: COLOURS.warning } }),
      },
      { from: 'service', title: 'Service' },
      { from: 'Value', title: 'Since' },
      { from: 'incident', title: 'Answer with', mappings: [RESPOND] },
    ],
  })
}

const RESPOND = {
  type: MappingType.RegexToText as const,
  options: { pattern: '(.+)', result: { text: 'drillbook respond $1', index: 0 } },
}
