import type { Problem } from '../errors.ts'
import { fillAt, lengthAt, scaleAt, textAt } from './fill.ts'
import type { YamlFile, YamlPath } from './yaml-file.ts'

export interface AlertmanagerOptions {
  speed: number
  /** File with the Slack webhook's whole URL; absent: as in the file. */
  slackWebhookFile: string | undefined
  /** Where the receiver `heartbeat` posts; absent: as in the file. */
  heartbeatUrl: string | undefined
}

/** Scales the waiting times of an Alertmanager configuration and fills in its receivers, in place. */
export function compileAlertmanager(yaml: YamlFile, options: AlertmanagerOptions, problems: Problem[]): void {
  // What Alertmanager takes when the file says nothing. Routes below inherit.
  scaleAt(yaml, ['route', 'group_wait'], options.speed, problems, '30s')
  scaleAt(yaml, ['route', 'group_interval'], options.speed, problems, '5m')
  scaleAt(yaml, ['route', 'repeat_interval'], options.speed, problems, '4h')
  scaleRoutes(yaml, ['route', 'routes'], options.speed, problems)
  for (let r = 0; r < lengthAt(yaml, ['receivers']); r++) {
    const receiver = ['receivers', r]
    const slack = [...receiver, 'slack_configs']
    for (let s = 0; s < lengthAt(yaml, slack); s++) {
      if (options.slackWebhookFile !== undefined) {
        fillAt(yaml, [...slack, s, 'api_url_file'], options.slackWebhookFile, problems)
      }
    }
    if (options.heartbeatUrl !== undefined && textAt(yaml, [...receiver, 'name']) === 'heartbeat') {
      fillAt(yaml, [...receiver, 'webhook_configs', 0, 'url'], options.heartbeatUrl, problems)
    }
  }
}

function scaleRoutes(yaml: YamlFile, path: YamlPath, speed: number, problems: Problem[]): void {
  for (let r = 0; r < lengthAt(yaml, path); r++) {
    for (const key of ['group_wait', 'group_interval', 'repeat_interval']) {
      scaleAt(yaml, [...path, r, key], speed, problems)
    }
    scaleRoutes(yaml, [...path, r, 'routes'], speed, problems)
  }
}
