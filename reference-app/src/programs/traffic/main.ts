#!/usr/bin/env node
import { createLogger } from '@drillbook/instrumentation'
import { readTokens } from '../../operations/operator.ts'
import { EnvError, orExit, readEnv } from '../../platform/env/read-env.ts'
import { Listener } from '../../platform/http/listener.ts'
import { Arrivals } from './arrivals.ts'
import { Client } from './client.ts'
import { trafficEnv } from './env.ts'
import { OrderedLoad } from './load.ts'
import { trafficMetrics } from './metrics.ts'
import { trafficOperations } from './operations.ts'
import { play } from './play.ts'
import { ReturningVisitors } from './returning-visitors.ts'

const { config, tokens } = orExit(() => {
  const { OPS_TOKEN_FILE, ...config } = readEnv(trafficEnv, process.env)
  const problems: string[] = []
  const tokens = OPS_TOKEN_FILE === undefined ? undefined : readTokens({ ...config, OPS_TOKEN_FILE }, problems)
  if (problems.length > 0) throw new EnvError(problems)
  return { config, tokens }
})
const metrics = trafficMetrics()
const logger = createLogger({
  service: 'traffic',
  instance: 'traffic',
  level: config.LOG_LEVEL,
  registry: metrics.registry,
  events: {
    'traffic.started': 'info',
    'traffic.load_changed': 'info',
    'traffic.internal_error': 'error',
    'traffic.stopped': 'info',
  },
})
const { countRequest, countJourney } = metrics
const client = new Client(config.TARGET_URL, config.DEADLINE_MS)
const load = new OrderedLoad({ journeysPerSecond: config.JOURNEYS_PER_SECOND, shares: config.JOURNEY_SHARES })
const parts = { client, returningVisitors: new ReturningVisitors(), load, countRequest, countJourney }
const arrivals = new Arrivals(config.JOURNEYS_PER_SECOND, () => play(parts))
metrics.watch(arrivals, load)

const operations = trafficOperations({ registry: metrics.registry, tokens, load, arrivals, logger })
const listener = await Listener.open(operations, config.HOST, config.OPS_PORT)
arrivals.begin()
logger.info(
  {
    event: 'traffic.started',
    port: listener.port,
    target: config.TARGET_URL,
    ...load.current,
  },
  'visitors arrive',
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

/** Nothing is left open after this, so the process ends by itself, with 0. */
async function stop(): Promise<void> {
  arrivals.end()
  await client.close()
  await listener.close(0)
  logger.info({ event: 'traffic.stopped' }, 'visitors are gone')
}
