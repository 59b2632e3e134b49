import { CliError } from '@drillbook/content/errors'

/** Every port of the lab, all on 127.0.0.1. `--port-offset` shifts them together, `--port NAME=NUMBER` sets one. */
const DEFAULT_PORTS = {
  gateway: 18080,
  'api-1': 18001,
  'api-2': 18002,
  'api-3': 18003, // 3 and 4 are for `lab scale`
  'api-4': 18004,
  'ops-1': 18101,
  'ops-2': 18102,
  'ops-3': 18113,
  'ops-4': 18114,
  worker: 18103, // its operations; it serves nobody else
  'payment-provider-primary': 18195,
  'payment-provider-secondary': 18196,
  keeper: 18199,
  slack: 18190,
  traffic: 18191,
  postgres: 15432,
  'postgres-replica': 15433,
  'redis-cache': 16379,
  'redis-cache-standby': 16380,
  'redis-queue': 16381,
  prometheus: 19090,
  alertmanager: 19093,
  'redis-exporter': 19121,
  'postgres-exporter': 19187,
  'postgres-replica-exporter': 19188,
  'process-exporter': 19256,
} as const

export type PortName = keyof typeof DEFAULT_PORTS
export type Ports = Record<PortName, number>

const DEFAULTS = Object.values(DEFAULT_PORTS)
/** Those that a user may open. */
const [MIN_PORT, MAX_PORT] = [1024, 65_535]

export const PORT_NAMES = Object.keys(DEFAULT_PORTS) as PortName[]

/** The ports for an offset and single choices (`NAME=NUMBER`). Throws `usage` with every problem at once. */
export function resolvePorts(offset: number, chosen: readonly string[]): Ports {
  const problems: string[] = []
  const [lowest, highest] = [MIN_PORT - Math.min(...DEFAULTS), MAX_PORT - Math.max(...DEFAULTS)]
  if (!(offset >= lowest && offset <= highest)) {
    throw new CliError('usage', `--port-offset has to be from ${lowest} to ${highest}, not ${offset}`)
  }
  const ports: Ports = { ...DEFAULT_PORTS }
  for (const name of PORT_NAMES) ports[name] += offset
  for (const choice of chosen) {
    const [, text, number] = /^([^=]*)=(\d+)$/.exec(choice) ?? []
    const name = PORT_NAMES.find((n) => n === text)
    if (number === undefined) problems.push(`--port ${choice} is not NAME=NUMBER`)
    else if (name === undefined) problems.push(`--port ${choice}: no part is called ${text}`)
    else ports[name] = Number(number)
  }
  const takenBy = new Map<number, PortName>()
  for (const name of PORT_NAMES) {
    const port = ports[name]
    const other = takenBy.get(port)
    if (!Number.isInteger(port) || port < MIN_PORT || port > MAX_PORT)
      problems.push(`${name}: ${port} is not from ${MIN_PORT} to ${MAX_PORT}`)
    if (other !== undefined) problems.push(`${name} and ${other} would both be on ${port}`)
    takenBy.set(port, name)
  }
  if (problems.length === 0) return ports
  throw new CliError('usage', `the ports of the lab are wrong: ${problems.join('; ')}`, {
    hint: `The names are: ${PORT_NAMES.join(', ')}.`,
  })
}
