import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Logger, type MetricsRegistry, metricsHandler } from '@drillbook/instrumentation'
import { actorOf, roleOf, type Tokens } from '../../operations/operator.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { Problem } from '../../platform/problem/problem.ts'
import { respondProblem } from '../../platform/problem/respond-problem.ts'
import type { Arrivals } from './arrivals.ts'
import { loadChange, type OrderedLoad } from './load.ts'

/** An order has some hundred bytes. */
const BODY_LIMIT_BYTES = 16 * 1024

/** What `/load` understands. */
export const LOAD_METHODS: readonly string[] = ['GET', 'PUT', 'DELETE']

export interface TrafficOperations {
  registry: MetricsRegistry
  /** Undefined: the load stays as it is. */
  tokens: Tokens | undefined
  load: OrderedLoad
  arrivals: Arrivals
  logger: Logger
}

/**
 * What operators and Prometheus reach. Metrics and health are open; `/load` needs a token, as the operations plane of
 * the app does.
 */
export function trafficOperations(
  parts: TrafficOperations,
): (request: IncomingMessage, response: ServerResponse) => void {
  const serveMetrics = metricsHandler(parts.registry)
  return (request, response) => {
    if (request.url === '/metrics') return serveMetrics(request, response)
    if (request.url === '/healthz') return void response.writeHead(200).end()
    answer(parts, request).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => {
        if (error instanceof Problem) return respondProblem(response, error)
        parts.logger.error({ event: 'traffic.internal_error', err: error }, 'an order met a bug')
        respondProblem(response, new Problem('internal_error', 'Something went wrong.'))
      },
    )
  }
}

/** The load after what was asked. Throws a Problem. */
async function answer({ tokens, load, arrivals, logger }: TrafficOperations, request: IncomingMessage) {
  if (request.url !== '/load' || tokens === undefined)
    throw new Problem('route_not_found', 'There is /load, for operators.')
  const role = roleOf(request, tokens)
  const { method = '' } = request
  if (!LOAD_METHODS.includes(method)) {
    throw new Problem('method_not_allowed', 'GET shows the load, PUT changes it, DELETE goes back to the start.')
  }
  if (method !== 'GET') {
    if (role !== 'operator') throw new Problem('forbidden', `${method} /load is not for a ${role}.`)
    const actor = actorOf(request)
    const change = method === 'PUT' ? parseBody({ body: await jsonOf(request) }, loadChange) : undefined
    const before = load.current
    if (change === undefined) load.reset()
    else load.change(change)
    arrivals.setRate(load.current.journeysPerSecond)
    logger.info({ event: 'traffic.load_changed', actor, before, after: load.current }, 'another load was ordered')
  }
  return { ...load.current, isSurge: load.isSurge }
}

/** Throws `invalid_json`, and `body_too_large`. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT_BYTES)
      throw new Problem('body_too_large', `The body has more than ${BODY_LIMIT_BYTES} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Problem('invalid_json', 'The body is not JSON.')
  }
}
