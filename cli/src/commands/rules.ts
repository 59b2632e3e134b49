import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findRoot, type Root, whenElsewhere } from '@drillbook/content/root'
import { type Environment, loadEnvironment } from '../environment/environment.ts'
import { hasIncident, incidentContent } from '../environment/incidents.ts'
import { CONFIGURATIONS, compileRules } from '../rules/compile.ts'
import type { Stdio } from '../stdio.ts'

/**
 * As given on the command line; absent options leave the value of the hand-written file, absent bases leave links out.
 */
export interface CompileOptions {
  out: string
  /** Only the classes that this environment has, and its name for the label `environment`. Absent: all. */
  env?: string | undefined
  /** Default: the environment's speed, else 1. */
  speed?: string | number | undefined
  runbookBase?: string | undefined
  grafanaBase?: string | undefined
  environment?: string | undefined
  /** host:port, repeatable. */
  alertmanager?: string[] | undefined
  slackWebhookFile?: string | undefined
  heartbeatUrl?: string | undefined
  json?: boolean | undefined
}

/** `drillbook rules compile`: what it wrote goes to stdout, one path per line. */
export async function compile(stdio: Stdio, options: CompileOptions): Promise<void> {
  const root = findRoot(stdio.cwd)
  stdio.err(whenElsewhere(root, stdio.cwd))
  const environment = options.env === undefined ? undefined : loadEnvironment(root, options.env, stdio.env)
  const speed = Number(options.speed ?? environment?.speed ?? 1)
  const files = compileRules({
    root,
    ...(environment && ofEnvironment(root, environment)),
    outDir: resolve(stdio.cwd, options.out),
    speed,
    runbookBase: options.runbookBase,
    grafanaBase: options.grafanaBase,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    alertmanagerTargets: options.alertmanager?.length ? options.alertmanager : undefined,
    slackWebhookFile: options.slackWebhookFile === undefined ? undefined : resolve(stdio.cwd, options.slackWebhookFile),
    heartbeatUrl: options.heartbeatUrl,
  })
  stdio.out(options.json ? `${JSON.stringify({ speed, files }, null, 2)}\n` : `${files.join('\n')}\n`)
  stdio.err(`Compiled ${files.length} files at speed ${speed}.\n`)
  for (const line of leftToDo(root, environment, speed)) stdio.err(`${line}\n`)
}

function ofEnvironment(root: Root, environment: Environment) {
  const content = incidentContent(root)
  return {
    ...(hasConfiguration(root, 'prometheus') ? { environment: environment.name } : {}),
    hasIncident: (incident: string) => hasIncident(environment, incident, content),
  }
}

/** What the compiled files need elsewhere, a sentence each. */
function leftToDo(root: Root, environment: Environment | undefined, speed: number): string[] {
  const lines: string[] = []
  if (environment !== undefined && environment.speed !== speed) {
    lines.push(
      `${environment.shownAs} says speed: ${environment.speed}. Drills and runbooks need the speed of the rules.`,
    )
  }
  const faster = (what: string) => (speed === 1 ? '' : `, and ${what} divided by ${speed}`)
  if (!hasConfiguration(root, 'prometheus')) {
    const label = `the external label \`environment: ${environment?.name ?? 'NAME'}\``
    lines.push(
      `There is no alerts/prometheus.yaml: your own configuration needs these rule files, ${label}${faster('its intervals')}.`,
    )
  }
  if (!hasConfiguration(root, 'alertmanager')) {
    const grouping = '`group_by: [incident, environment]`'
    lines.push(
      `There is no alerts/alertmanager.yaml: your own configuration needs ${grouping}${faster('its waiting times')}.`,
    )
  }
  return lines
}

function hasConfiguration(root: Root, name: keyof typeof CONFIGURATIONS): boolean {
  return existsSync(join(root.alerts, CONFIGURATIONS[name]))
}
