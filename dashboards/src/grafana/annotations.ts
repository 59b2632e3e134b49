import type { AnnotationQuery, DataQuery } from '@grafana/schema'
import { COLOURS } from './colours.ts'
import { DATASOURCE } from './datasource.ts'

/** Finer than any alert lasts in the lab at ten times the speed; Grafana widens it on long time ranges. */
const STEP = '10s'

/**
 * `expr` and `step` are where Grafana 10 looks for an annotation's query, `target` is where later versions do: both are
 * written, so that neither has to guess.
 */
export interface PrometheusAnnotation extends AnnotationQuery<DataQuery & { expr: string; interval: string }> {
  expr: string
  step: string
  tagKeys: string
  textFormat: string
  titleFormat: string
  useValueForTime: false
}

/** Marks the times at which `expr` is above zero. Formats hold `{{label}}` places; `tagKeys` are labels. */
function annotation(mark: {
  name: string
  colour: string
  expr: string
  title: string
  text: string
  tagKeys: readonly string[]
}): PrometheusAnnotation {
  const { expr } = mark
  return {
    datasource: DATASOURCE,
    enable: true,
    expr,
    hide: false,
    iconColor: mark.colour,
    name: mark.name,
    step: STEP,
    tagKeys: mark.tagKeys.join(','),
    target: { expr, interval: STEP, refId: 'Anno' },
    textFormat: mark.text,
    titleFormat: mark.title,
    useValueForTime: false,
  }
}

/** Firing alerts that match the selector, such as `alertname!="Watchdog"`. */
export function alertAnnotation(selector: string): PrometheusAnnotation {
  return annotation({
    name: 'Alerts',
    colour: COLOURS.bad,
    expr: `ALERTS{alertstate="firing", ${selector}}`,
    title: '{{alertname}}',
    text: '{{severity}} on {{service}}: drillbook respond {{incident}}',
    tagKeys: ['severity', 'incident'],
  })
}

/** Faults that a drill is injecting: what looks like an incident may be an exercise. */
export const FAULT_ANNOTATION = annotation({
  name: 'Drill faults',
  colour: COLOURS.chosen,
  expr: 'drillbook_fault_active > 0',
  title: 'DRILL: {{fault}}',
  text: 'A drill injects this fault: drillbook fault list',
  tagKeys: ['fault'],
})

/** The minute after a service began to report another version. */
export const DEPLOYMENT_ANNOTATION = annotation({
  name: 'Deployments',
  colour: COLOURS.expected,
  expr: [
    'count by (service, version) (deployment_info{service=~"$service"})',
    'unless count by (service, version) (deployment_info{service=~"$service"} offset 1m)',
  ].join(' '),
  title: 'Deployed {{version}}',
  text: '{{service}} began to report version {{version}}',
  tagKeys: ['service'],
})
