import { Buffer } from 'node:buffer'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/** One request as plain data, so that a failure can be read and sent again. A token that is `token-of-user-N` stands for a genuine one. */
export interface FuzzRequest {
  method: string
  /** The request target, as it is sent. */
  target: string
  headers: [name: string, value: string][]
  body?: string
}

/** What came back. The body of a stream is its beginning. */
export interface FuzzAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

const TIMEOUT_MS = 15_000

/** Sends without making anything better on the way. One connection at a time, so that answers cannot be mixed up unnoticed. */
export class FuzzClient {
  private readonly origin: URL
  private readonly tokens = new Map<number, string>()
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** `tokens` of users who have one. */
  constructor(origin: string, tokens: Iterable<[userId: number, token: string]>) {
    this.origin = new URL(origin)
    this.tokens = new Map(tokens)
  }

  async send({ method, target, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
    const { hostname, port } = this.origin
    const { promise, resolve, reject } = Promise.withResolvers<FuzzAnswer>()
    const request = httpRequest({
      hostname,
      port,
      method,
      agent: this.agent,
      // A whole URL names the host that it is sent to.
      path: target.replace('http://itself', this.origin.origin),
      timeout: TIMEOUT_MS,
      headers: { host: this.origin.host, ...this.grouped(headers), ...lengthOf(body) },
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      const end = () => {
        const text = Buffer.concat(chunks).toString()
        this.learn(target, text)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      }
      response.once('error', reject)
      response.once('end', end)
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (response.headers['content-type']?.startsWith('text/event-stream') !== true) return
        response.removeListener('error', reject)
        response.on('error', () => undefined)
        request.destroy()
        end()
      })
    })
    request.end(body)
    return await promise
  }

  close(): void {
    this.agent.destroy()
  }

  /** Joining gives a user another token. */
  private learn(target: string, text: string): void {
    const userId = /^\/api\/v1\/queue\/users\/(\d+)$/.exec(target)?.[1]
    const token = /"token":"([^"]+)"/.exec(text)?.[1]
    if (userId !== undefined && token !== undefined) this.tokens.set(Number(userId), token)
  }

  private grouped(headers: [string, string][]): Record<string, string[]> {
    const grouped: Record<string, string[]> = {}
    for (const [name, value] of headers) {
      const genuine = value.replace(/token-of-user-(\d+)/, (text, user) => this.tokens.get(Number(user)) ?? text)
      grouped[name] = [...(grouped[name] ?? []), genuine]
    }
    return grouped
  }
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}
