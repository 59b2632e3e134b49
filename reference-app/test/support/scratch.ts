import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A folder that another user may reach, unlike the ones below the home of root. Removed by `remove`. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(process.env.DRILLBOOK_TEST_RUN ?? '/var/tmp', 'drillbook-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * Below the ports that the system gives to outgoing connections: while a server is away, nobody else can come to sit on its port, and a client
 * cannot connect to itself. Labs have theirs above these.
 */
const FIRST_PORT = 10_000
const LAST_PORT = 14_999

const given = new Set<number>()

/**
 * A port that is free, and that nobody else in this run of the tests is given: not while its server has yet to start, nor while it is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    if (!take(port)) continue
    const server = createServer()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    if (await promise) return port
  }
}

/** False when somebody has been given it: in this process, or in another one of the run. */
function take(port: number): boolean {
  if (given.has(port)) return false
  given.add(port)
  const run = process.env.DRILLBOOK_TEST_RUN
  if (run === undefined) return true
  try {
    writeFileSync(join(run, `port-${port}`), '', { flag: 'wx' })
    return true
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
