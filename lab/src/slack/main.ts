import { slackApp } from './app.ts'
import { readConfig } from './config.ts'
import { MessageStore } from './message-store.ts'

/** The process edge of the Slack stand-in: environment, signals, exit status. Logs JSON lines to stdout. */

const log = (line: object) => process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`)
const config = readConfig(process.env)
if ('problems' in config) {
  process.stderr.write(`${config.problems.join('\n')}\n`)
  process.exit(2)
}
const { port, dataDir, webhookPath, runbooksDir } = config
const app = slackApp({ store: new MessageStore(dataDir), webhookPath, runbooksDir, log })
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) {
    process.stderr.write(`cannot listen on 127.0.0.1:${port}: ${error.message}\n`)
    process.exit(1)
  }
  log({ event: 'listening', port })
})
// Longer than any sender keeps an idle connection: Node's own 5 s close it just as Alertmanager sends the next message,
// which then arrives a retry later.
server.keepAliveTimeout = 600_000
const stop = () => {
  server.close()
  server.closeAllConnections()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
