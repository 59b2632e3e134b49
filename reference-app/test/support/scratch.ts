import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'

/** A folder that another user may reach, unlike the ones below the home of root. Removed by `remove`. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync('/var/tmp/drillbook-test-')
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(typeof address === 'object' && address !== null ? address.port : 0)
  })
  const port = await promise
  await new Promise((done) => server.close(done))
  return port
}
