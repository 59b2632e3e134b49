import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach } from '@jest/globals'
import { Child } from './child.ts'
import { metricOf } from './metric.ts'
import { startStack } from './stack.ts'
import { START_LIMIT_MS, until } from './until.ts'

export const TRAFFIC_MAIN = fileURLToPath(new URL('../../src/programs/traffic/main.ts', import.meta.url))

/** What a test has started, to be ended with it, the last first. */
const started: (() => unknown)[] = []

afterEach(async () => {
  for (const end of started.splice(0).reverse()) await end()
})

export async function startApi(env: Record<string, string> = {}) {
  const stack = await startStack(env)
  started.push(() => stack.remove())
  await stack.api.ops('PUT', '/protection', { enabled: false }) // on a starved machine this load is too much; that is not the question here
  return stack
}

export async function startTraffic(target: string, env: Record<string, string>) {
  const child = new Child(process.execPath, [TRAFFIC_MAIN], {
    env: { PATH: process.env.PATH, TARGET_URL: target, OPS_PORT: '0', ...env },
  })
  started.push(() => child.stop())
  const portSaid = () => {
    if (!child.running) throw new Error(child.stderr)
    return /"port":(\d+)/.exec(child.stdout)?.[1]
  }
  const port = await until('it says where its operations port is', portSaid, START_LIMIT_MS)
  const url = `http://127.0.0.1:${port}`
  const metric = (name: string, labels: Record<string, string> = {}) => metricOf(`${url}/metrics`, name, labels)
  return { child, url, metric }
}

/** A service that answers what the test wants. */
export async function startFake(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  started.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
