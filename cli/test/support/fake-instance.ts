import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  method: string
  path: string
  body: string
  actor: string
}

/** An instance's operations port: takes what has the right bearer token, answers 200 or what `answer` decides. */
export interface FakeInstance {
  url: string
  calls: Call[]
  /** Called for each accepted call; may answer itself (and then returns true), or leave it unanswered for a while. */
  answer?: (call: Call, response: ServerResponse) => boolean
  close(): Promise<void>
}

export async function fakeInstance(token: string): Promise<FakeInstance> {
  const instance: Pick<FakeInstance, 'calls' | 'answer'> = { calls: [] }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.statusCode = 401
      response.end('{"code":"unauthorized"}')
      return
    }
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      body,
      actor: String(request.headers['x-drillbook-actor'] ?? ''),
    }
    instance.calls.push(call)
    if (instance.answer?.(call, response) !== true) response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(instance, {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}
