import { join } from 'node:path'
import type { Ports } from '../parts/ports.ts'

/** What the lab's Prometheus and Alertmanager are told of the alert rules, and where they read it. */
export interface LabRules {
  /** Gets prometheus.yaml and rules/*.yaml. */
  outDir: string
  /** Gets alertmanager.yaml and its templates. */
  alertmanagerDir: string
  /** How many times faster than written. */
  speed: number
  /** The external label `environment`. */
  environment: string
  /** host:port each. */
  alertmanagerTargets: string[]
  /** Path of a file with the whole webhook URL. */
  slackWebhookFile: string
  heartbeatUrl: string
  /** URL below which the drillbook's root can be read. */
  runbookBase: string
}

export function labRules(dir: string, ports: Ports, speed: number): LabRules {
  const slack = `http://127.0.0.1:${ports.slack}`
  return {
    outDir: join(dir, 'prometheus'),
    alertmanagerDir: join(dir, 'alertmanager'),
    speed,
    environment: 'lab',
    alertmanagerTargets: [`127.0.0.1:${ports.alertmanager}`],
    slackWebhookFile: join(dir, 'secrets', 'slack'),
    heartbeatUrl: `${slack}/heartbeat`,
    runbookBase: slack, // the Slack stand-in serves runbooks/, so that the links are alive
  }
}
