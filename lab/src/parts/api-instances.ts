import { renameSync, writeFileSync } from 'node:fs'
import type { PortName, Ports } from './ports.ts'

/** As many as `lab scale api` may ask for: four take more than two cores can give. */
export const MAX_API_INSTANCES = 4
/** What `up` starts. */
export const DEFAULT_API_INSTANCES = 2

export interface ApiInstance {
  /** Its program in supervisord.conf and its `instance` label. */
  name: `api-${number}`
  port: PortName
  opsPort: PortName
}

/** All that may run, the first `count` of which do. */
export const API_INSTANCES: readonly ApiInstance[] = ([1, 2, 3, 4] as const).map((n) => ({
  name: `api-${n}`,
  port: `api-${n}`,
  opsPort: `ops-${n}`,
}))

/** Is this part an instance beyond the first `count`? False for everything that is no instance of the API. */
export function isSpareInstance(part: string, count: number): boolean {
  return API_INSTANCES.slice(count).some(({ name }) => name === part)
}

/**
 * What nginx includes in its upstream. After 3 failures within 2 s an instance gets no requests for 2 s (passive health
 * checks).
 */
export function gatewayServers(ports: Ports, count: number): string {
  const lines = API_INSTANCES.slice(0, count).map(
    ({ port }) => `server 127.0.0.1:${ports[port]} max_fails=3 fail_timeout=2s;\n`,
  )
  return lines.join('')
}

/** What Prometheus reads beside `lab.yaml`. */
export function instanceTargets(ports: Ports, count: number): string {
  const targets = API_INSTANCES.slice(0, count).map(
    ({ name, opsPort }) =>
      `- targets: ["127.0.0.1:${ports[opsPort]}"]\n  labels: { service: reference-app, instance: ${name} }\n`,
  )
  return targets.join('')
}

/** Where the CLI asks every instance of the API. */
export function opsUrls(ports: Ports, count: number): string[] {
  return API_INSTANCES.slice(0, count).map(({ opsPort }) => `http://127.0.0.1:${ports[opsPort]}`)
}

/** Whole or not at all, for files that others read while we write. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
