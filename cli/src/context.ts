import { hostname, userInfo } from 'node:os'
import { findRoot, type Root } from '@drillbook/content/root'
import { type Environment, loadEnvironment } from './environment/environment.ts'
import { PrometheusClient } from './prometheus/client.ts'
import type { Stdio } from './stdio.ts'

/** What nearly every command needs: the drillbook's files, the environment, its Prometheus, and who is asking. */
export interface Context {
  root: Root
  environment: Environment
  prometheus: PrometheusClient
  actor: string
}

/** Reads them. The environment is `--env`, else DRILLBOOK_ENV, else `lab`. Throws what reading them throws. */
export function context(stdio: Stdio, options: { env?: string | undefined }): Context {
  const root = findRoot(stdio.cwd)
  const environment = loadEnvironment(root, options.env ?? (stdio.env.DRILLBOOK_ENV || 'lab'), stdio.env)
  return { root, environment, prometheus: new PrometheusClient(environment.prometheus), actor: actorOf(stdio) }
}

/**
 * Who acts, for records and audit logs: `name@host` of the person at the keyboard (through sudo, too), or
 * DRILLBOOK_ACTOR. At most 64 letters, digits, dots, hyphens, underscores and one @: what targets accept in a header.
 */
export function actorOf(stdio: Stdio): string {
  const actor = stdio.env.DRILLBOOK_ACTOR || `${stdio.env.SUDO_USER || userName()}@${hostname()}`
  return actor.replace(/[^A-Za-z0-9._@-]/g, '_').slice(0, 64)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that no user has.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
