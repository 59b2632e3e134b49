import { createLogger, createRegistry } from '@drillbook/instrumentation'

/** Logs again and again, says on standard error that it lives, and ends with 0 on SIGTERM. */
const registry = createRegistry({ service: 'logging-app' })
const logger = createLogger({ service: 'logging-app', instance: 'logging-app-1', level: 'info', registry })
let lines = 0
setInterval(() => {
  lines += 1
  logger.info(`line ${lines}`)
  process.stderr.write(`${lines}\n`)
}, 20)
process.once('SIGTERM', () => process.exit(0))
