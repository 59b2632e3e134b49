import type { Problem } from '@drillbook/content/errors'
import { lineAt, type YamlFile, type YamlPath } from '@drillbook/content/yaml/yaml-file'
import { fillAt, lengthAt, scaleAt, textAt } from './fill.ts'

export interface AlertmanagerOptions {
  speed: number
  /** File with the whole webhook URL of the receiver `slack`, and of no other; absent: as in the file. */
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
  const { slackWebhookFile, heartbeatUrl } = options
  if (slackWebhookFile !== undefined) {
    for (const path of configsOf(yaml, 'slack', 'slack_configs', problems)) {
      fillAt(yaml, [...path, 'api_url_file'], slackWebhookFile, problems)
    }
  }
  if (heartbeatUrl !== undefined) {
    for (const path of configsOf(yaml, 'heartbeat', 'webhook_configs', problems).slice(0, 1)) {
      fillAt(yaml, [...path, 'url'], heartbeatUrl, problems)
    }
  }
}

/** Where each configuration of a receiver stands; a problem when it has none. */
function configsOf(yaml: YamlFile, name: string, kind: string, problems: Problem[]): YamlPath[] {
  const paths: YamlPath[] = []
  for (let r = 0; r < lengthAt(yaml, ['receivers']); r++) {
    if (textAt(yaml, ['receivers', r, 'name']) !== name) continue
    const path = ['receivers', r, kind]
    for (let c = 0; c < lengthAt(yaml, path); c++) paths.push([...path, c])
  }
  if (paths.length === 0) {
    const line = lineAt(yaml, ['receivers'])
    problems.push({ file: yaml.file, line, message: `there is no receiver ${name} with ${kind} to fill in` })
  }
  return paths
}

function scaleRoutes(yaml: YamlFile, path: YamlPath, speed: number, problems: Problem[]): void {
  for (let r = 0; r < lengthAt(yaml, path); r++) {
    for (const key of ['group_wait', 'group_interval', 'repeat_interval']) {
      scaleAt(yaml, [...path, r, key], speed, problems)
    }
    scaleRoutes(yaml, [...path, r, 'routes'], speed, problems)
  }
}
