import type { DashboardLink } from '@grafana/schema'
import type { Threshold } from '../rules/thresholds.ts'

/**
 * One link for each runbook of the alerts drawn on a dashboard. Without a base URL there is none: a link that is left
 * out is better than a dead one. `base` is where the drillbook's root can be read, without a slash at the end.
 */
export function runbookLinks(
  base: string | undefined,
  drawn: readonly Pick<Threshold, 'incident' | 'runbook'>[],
): DashboardLink[] {
  if (base === undefined) return []
  const runbooks = new Map(drawn.map(({ incident, runbook }) => [incident, runbook]))
  return [...runbooks].map(([incident, runbook]) => ({
    asDropdown: false,
    icon: 'doc',
    includeVars: false,
    keepTime: false,
    tags: [],
    targetBlank: true,
    title: `Runbook: ${incident}`,
    tooltip: `drillbook respond ${incident}`,
    type: 'link',
    url: `${base}/${runbook}`,
  }))
}
