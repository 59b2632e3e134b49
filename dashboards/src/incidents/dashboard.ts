import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { GRID_COLUMNS, heading, type Row } from '../grafana/layout.ts'
import { runbookLinks } from '../grafana/runbook-link.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { alertingAlive } from '../overview/figures.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { firingAlertsCount, ON_OVERVIEW } from '../panels/firing-alerts.ts'
import type { Rules } from '../rules/rule-files.ts'
import { readSigns, type Sign } from '../rules/signs.ts'
import { panelId, refuseSameIds } from './panel-id.ts'
import { signPanel } from './sign-panel.ts'

const ALL_BUT_WATCHDOG = 'alertname!="Watchdog"'
/** More in a row would be too narrow to read. */
const PANELS_A_ROW = 4

/**
 * Every sign of every incident class against its threshold: a heading for each class, a panel for each alert. All of it
 * follows from the rules, so a new class needs no edit here. Panel ids follow from the alerts' names. Throws RulesError.
 */
export function incidentsDashboard(rules: Rules, runbookBase?: string): Dashboard {
  const classes = [...readSigns(rules)]
  refuseSameIds(classes.flatMap(([incident, signs]) => [headingName(incident), ...signs.map(({ alert }) => alert)]))
  return dashboard({
    uid: 'drillbook-incidents',
    title: 'Drillbook / Incident classes',
    description: 'Which signs of which incident class are there? Each alert with what it compares and where it starts.',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services whose signs are shown',
        metric: 'up',
        of: 'service',
        all: '.*',
      }),
    ],
    annotations: [alertAnnotation(ALL_BUT_WATCHDOG), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: runbookLinks(runbookBase, classes.flatMap(runbookOf)),
    rows: [
      {
        height: 4,
        panels: [
          [firingAlertsCount(1, ALL_BUT_WATCHDOG, 'alerts of all classes, the Watchdog aside,', ON_OVERVIEW), 8],
          [alertingAlive(2), 8],
          [activeFaults(3), 8],
        ],
      },
      ...classes.flatMap(([incident, signs]) => [
        heading(panelId(headingName(incident)), `${incident}: drillbook respond ${incident}`),
        ...graphRows(incident, signs),
      ]),
    ],
  })
}

function headingName(incident: string): string {
  return `heading ${incident}`
}

/** As few rows as hold them, filled evenly, the panels of a row of the same width. */
function graphRows(incident: string, signs: readonly Sign[]): Row[] {
  const rows: Row[] = []
  const panelsARow = Math.ceil(signs.length / Math.ceil(signs.length / PANELS_A_ROW))
  for (let first = 0; first < signs.length; first += panelsARow) {
    const some = signs.slice(first, first + panelsARow)
    rows.push({ height: 6, panels: some.map((sign) => [signPanel(incident, sign), GRID_COLUMNS / some.length]) })
  }
  return rows
}

function runbookOf([incident, signs]: [string, readonly Sign[]]): { incident: string; runbook: string }[] {
  const runbook = signs[0]?.rules[0].rule.annotations.runbook_url
  return runbook === undefined ? [] : [{ incident, runbook }]
}
