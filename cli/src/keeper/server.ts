import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '@drillbook/content/errors'
import { z } from 'zod'
import type { Keeper } from './keeper.ts'
import { keeperMetrics } from './metrics.ts'
import { KeeperRefusal } from './refusal.ts'

const BODY_LIMIT_BYTES = 64 * 1024
const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/)
const openRequest = z.strictObject({
  id: z.uuid().optional(),
  drill: name,
  incident: name,
  rollbacks: z.array(name).max(50).default([]),
  /** Design part 8: a drill's holder renews every few seconds; a detached fault asks for as long as it shall last. */
  leaseSeconds: z.number().min(1).max(86_400).default(15),
  hardLimitSeconds: z.number().min(1).max(86_400),
})
const faultRequest = z.strictObject({ name })

type Answer = { status: number; body?: unknown; text?: string }

/**
 * The keeper over HTTP: loopback, bearer token for everything but /metrics and /healthz, problem details for errors.
 */
export function keeperServer(keeper: Keeper, token: string): Server {
  return createServer((request, response) => {
    void answer(keeper, token, request)
      .catch(toProblem)
      .then((result) => send(response, result))
  })
}

async function answer(keeper: Keeper, token: string, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url ?? '/', 'http://keeper').pathname
  const call = `${request.method} ${path}`
  if (call === 'GET /healthz') return { status: 200, body: { status: 'ok' } }
  if (call === 'GET /metrics') return { status: 200, text: await keeperMetrics(keeper.environment, keeper.current()) }
  if (!isAuthorized(request, token)) throw new KeeperRefusal(401, 'unauthorized', 'a valid bearer token is needed')
  const session = keeper.current()
  if (call === 'GET /v1/sessions') return { status: 200, body: { sessions: session === undefined ? [] : [session] } }
  if (call === 'POST /v1/sessions') return { status: 201, body: keeper.open(await read(request, openRequest)) }
  const [, id = '', rest = ''] = /^\/v1\/sessions\/([^/]+)(\/.*)?$/.exec(path) ?? []
  switch (`${request.method} ${rest.replace(/^\/faults\/.+/, '/faults/:name')}`) {
    case 'GET ':
      if (session?.id !== id) throw new KeeperRefusal(404, 'no_session', `no session ${id}`)
      return { status: 200, body: session }
    case 'PUT /lease':
      return { status: 200, body: keeper.renew(id) }
    case 'POST /faults':
      return { status: 201, body: await keeper.inject(id, (await read(request, faultRequest)).name) }
    case 'DELETE /faults/:name': {
      const undone = await keeper.revert(id, decodeURIComponent(rest.slice('/faults/'.length)))
      return { status: 200, body: { undo: undone === undefined ? [] : [undone] } }
    }
    case 'POST /end':
      return { status: 200, body: { undo: await keeper.end(id) } }
    default:
      throw new KeeperRefusal(404, 'not_found', `there is no ${call}`)
  }
}

/** Hashed first: equal lengths for timingSafeEqual, and the time tells nothing about the token. */
function isAuthorized(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(token))
}

async function read<S extends z.ZodType>(request: IncomingMessage, schema: S): Promise<z.infer<S>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > BODY_LIMIT_BYTES) throw new KeeperRefusal(413, 'too_large', `at most ${BODY_LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new KeeperRefusal(400, 'not_json', `the body is not JSON: ${messageOf(error)}`)
  }
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new KeeperRefusal(400, 'bad_request', z.prettifyError(parsed.error).replaceAll('\n', ' '))
}

function toProblem(error: unknown): Answer {
  const refusal = error instanceof KeeperRefusal ? error : new KeeperRefusal(500, 'internal', messageOf(error))
  const { status, code, message } = refusal
  return { status, body: { type: 'about:blank', title: code.replaceAll('_', ' '), status, detail: message, code } }
}

function send(response: ServerResponse, { status, body, text }: Answer): void {
  const type =
    text !== undefined ? 'text/plain; version=0.0.4' : status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` })
  response.end(text ?? JSON.stringify(body))
}
