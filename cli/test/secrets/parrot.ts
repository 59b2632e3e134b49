import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What it does with a request: repeats its secrets in an error, or in an answer that is none, says yes, or never ends its answer. */
export type Manner = 'refuses' | 'babbles' | 'agrees' | 'never ends'

/** Stands for every service of an environment, and repeats what it was told, headers and all. */
export interface Parrot {
  url: string
  /** The `authorization` of each request, by its path. */
  heard: Map<string, string | undefined>
  close(): Promise<void>
}

const AGREED: Record<string, unknown> = {
  '/api/v1/query': { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '1'] }] } },
  '/api/v1/rules': { status: 'success', data: { groups: [] } },
  '/api/v2/alerts': [],
  '/v1/sessions': { sessions: [] },
}

export async function parrot(manner: Manner): Promise<Parrot> {
  const heard = new Map<string, string | undefined>()
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://parrot')
    heard.set(pathname, request.headers.authorization)
    const agreed = manner === 'agrees' ? AGREED[pathname] : undefined
    if (agreed !== undefined) return void response.end(JSON.stringify(agreed))
    if (manner === 'never ends') {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      return more()
    }
    response.statusCode = manner === 'babbles' ? 200 : 500
    response.end(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
