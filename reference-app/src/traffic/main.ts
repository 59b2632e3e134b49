#!/usr/bin/env node
import { createLogger, metricsHandler } from '@drillbook/instrumentation'
import { orExit } from '../env/or-exit.ts'
import { readEnv } from '../env/read-env.ts'
import { Listener } from '../http/listener.ts'
import { Arrivals } from './arrivals.ts'
import { Client } from './client.ts'
import { trafficEnv } from './env.ts'
import { trafficMetrics } from './metrics.ts'
import { play } from './play.ts'
import { Regulars } from './regulars.ts'

const config = orExit(() => readEnv(trafficEnv, process.env))
const metrics = trafficMetrics()
const logger = createLogger({
  service: 'traffic',
  instance: 'traffic',
  level: config.LOG_LEVEL,
  registry: metrics.registry,
  events: { 'traffic.started': 'info', 'traffic.stopped': 'info' },
})
const { countRequest, countJourney } = metrics
const client = new Client(config.TARGET_URL, config.DEADLINE_MS)
const town = { client, regulars: new Regulars(), shares: config.JOURNEY_SHARES, countRequest, countJourney }
const arrivals = new Arrivals(config.JOURNEYS_PER_SECOND, () => play(town))
metrics.watch(arrivals)

const serveMetrics = metricsHandler(metrics.registry)
const listener = await Listener.open(
  (request, response) => {
    if (request.url === '/metrics') serveMetrics(request, response)
    else response.writeHead(request.url === '/healthz' ? 200 : 404).end()
  },
  config.HOST,
  config.METRICS_PORT,
)
arrivals.begin()
logger.info(
  {
    event: 'traffic.started',
    port: listener.port,
    target: config.TARGET_URL,
    journeysPerSecond: config.JOURNEYS_PER_SECOND,
    shares: config.JOURNEY_SHARES,
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
