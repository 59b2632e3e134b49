import { once } from 'node:events'
import { CliError, messageOf } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import { currentEnvironment } from '../environment/current-environment.ts'
import { Keeper } from '../keeper/keeper.ts'
import { keeperServer } from '../keeper/server.ts'
import { StateFile } from '../keeper/state-file.ts'
import { RETRY_POLICY } from '../keeper/undo.ts'
import { readSecret } from '../secret.ts'
import type { Stdio } from '../stdio.ts'

/** Serves the keeper on loopback until it is told to stop. What is open then stays in its state file. */
export async function keeper(
  stdio: Stdio,
  options: { env: string; port: number; state: string; tokenFile: string },
): Promise<void> {
  const environment = currentEnvironment(findRoot(stdio.cwd), options.env, stdio.env)
  const token = readSecret(options.tokenFile)
  if (token === '') throw new CliError('usage', `the token file ${options.tokenFile} is empty`)
  const log = (message: string) => stdio.err(`${new Date().toISOString()} keeper: ${message}\n`)
  const held = new Keeper(environment, new StateFile(options.state), RETRY_POLICY, log)
  const server = keeperServer(held, token)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, '127.0.0.1', resolve)
    })
  } catch (error) {
    held.close()
    throw new CliError('usage', `the keeper cannot listen on port ${options.port}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  log(`serves ${environment().name} on http://127.0.0.1:${port}`)
  if (!stdio.signal.aborted) await once(stdio.signal, 'abort')
  held.close()
  server.close()
  server.closeAllConnections()
}
