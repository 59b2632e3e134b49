import { resolve } from 'node:path'
import { findRoot, type Root } from '@drillbook/content/root'
import { loadEnvironment } from '../environment/environment.ts'
import { hasIncident, incidentContent } from '../environment/incidents.ts'
import { compileRules } from '../rules/compile.ts'
import type { Stdio } from '../stdio.ts'

/** As given on the command line; absent options leave the value of the hand-written file, absent bases leave links out. */
export interface CompileOptions {
  out: string
  /** Only the classes that this environment has, and its name for the label `environment`. Absent: all. */
  env?: string | undefined
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
  const speed = Number(options.speed ?? 1)
  const root = findRoot(stdio.cwd)
  const files = compileRules({
    root,
    ...ofEnvironment(root, options.env, stdio),
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
}

/** Throws as `loadEnvironment` does. */
function ofEnvironment(root: Root, name: string | undefined, stdio: Stdio) {
  if (name === undefined) return {}
  const environment = loadEnvironment(root, name, stdio.env)
  const content = incidentContent(root)
  return {
    environment: environment.name,
    hasIncident: (incident: string) => hasIncident(environment, incident, content),
  }
}
