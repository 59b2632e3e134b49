import type { Panel } from '@grafana/schema'
import { table } from '../grafana/table.ts'

const SERVICE = 'service=~"$service"'

/** Which version each instance runs and since when: the first question of every runbook. */
export function whatChanged(id: number): Panel {
  return table({
    id,
    title: 'What changed?',
    description: [
      'Version that each instance runs, and when it started. The first question of every runbook: did it break when this changed?',
      'Normal: one version, all started together. Different versions side by side: a deployment is half done. One young start among old ones: that instance crashed.',
    ].join(' '),
    unit: 'dateTimeFromNow',
    queries: [
      {
        expr: [
          `1000 * max by (service, instance) (process_start_time_seconds{${SERVICE}})`,
          '* on (service, instance) group_left (version)',
          `max by (service, instance, version) (deployment_info{${SERVICE}})`,
        ].join(' '),
        instant: true,
      },
    ],
    noValue: 'No service reports its version',
    columns: [
      { from: 'service', title: 'Service' },
      { from: 'instance', title: 'Instance' },
      { from: 'version', title: 'Version' },
      { from: 'Value', title: 'Started' },
    ],
  })
}
