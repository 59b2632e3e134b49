#!/usr/bin/env node
import { createLogger } from '@drillbook/instrumentation'
import { EnvError, orExit, readEnv } from '../../platform/env/read-env.ts'
import { readSecret } from '../../platform/env/secret.ts'
import { Listener } from '../../platform/http/listener.ts'
import { ChargeFile } from './charge-file.ts'
import { Charges } from './charges.ts'
import { providerEnv } from './env.ts'
import { FaultSettings } from './fault-settings.ts'
import { providerHandler } from './handler.ts'
import { providerMetrics } from './metrics.ts'
import { PaymentSimulator } from './payment-simulator.ts'

/** For charges that are under way; merchants wait for 2 s. Milliseconds. */
const DRAIN_LIMIT_MS = 3_000

const { env, controlToken } = orExit(() => {
  const env = readEnv(providerEnv, process.env)
  const problems: string[] = []
  const controlToken = readSecret('CONTROL_TOKEN_FILE', env.CONTROL_TOKEN_FILE, problems)
  if (problems.length > 0) throw new EnvError(problems)
  return { env, controlToken }
})
const instance = `payment-provider-${env.NAME}`
const faults = new FaultSettings()
const metrics = providerMetrics(instance, faults)
const logger = createLogger({
  service: 'payment-provider',
  instance,
  level: env.LOG_LEVEL,
  registry: metrics.registry,
  events: {
    'provider.started': 'info',
    'provider.stopped': 'info',
    'provider.knobs_turned': 'info',
    'provider.internal_error': 'error',
    'provider.charge_lost': 'fatal',
  },
})
const file = new ChargeFile(env.DATA_FILE)
const charges = new Charges(file, (error) => {
  logger.fatal({ event: 'provider.charge_lost', err: error }, 'a charge could not be written down')
  process.exit(1)
})
const simulator = new PaymentSimulator(charges, faults, metrics)
const listener = await Listener.open(
  providerHandler({ simulator, charges, faults, metrics, controlToken, logger }),
  env.HOST,
  env.PORT,
)
logger.info(
  { event: 'provider.started', port: listener.port, charges: file.charges.length },
  'this provider takes charges',
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

/** Nothing is left open after this, so the process ends by itself, with 0. */
async function stop(): Promise<void> {
  simulator.drain()
  await listener.close(DRAIN_LIMIT_MS)
  simulator.close()
  await file.close()
  logger.info({ event: 'provider.stopped' }, 'this provider has ended')
}
