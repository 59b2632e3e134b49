import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Logger, metricsHandler } from '@drillbook/instrumentation'
import type { Charge } from './charge.ts'
import type { Charges } from './charges.ts'
import { requireControlToken } from './control-token.ts'
import type { FaultSettings } from './fault-settings.ts'
import { knobs } from './knobs.ts'
import type { ProviderMetrics } from './metrics.ts'
import { chargeRequest, type PaymentSimulator, ResetConnection } from './payment-simulator.ts'
import { Refusal } from './refusal.ts'
import { requestBody } from './request-body.ts'

/** Charges of one listing. */
const PAGE = 1_000

const STATUS = { charged: 200, declined: 402, voided: 409 } as const satisfies Record<Charge['status'], number>

export interface HandlerParts {
  simulator: PaymentSimulator
  charges: Charges
  faults: FaultSettings
  metrics: ProviderMetrics
  controlToken: string
  logger: Logger
}

type Answer = [status: number, body: unknown]

/** All that this provider answers. Those about charges are counted under their name. */
export function providerHandler(parts: HandlerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const { metrics, logger } = parts
  const serveMetrics = metricsHandler(metrics.registry)
  return (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    if (path === '/metrics') {
      serveMetrics(request, response)
      return
    }
    const about = path.startsWith('/charges') ? nameOf(request.method, path) : undefined
    answer(parts, request, path).then(
      ([status, body]) => {
        if (about !== undefined) metrics.answered(about, status)
        send(response, status, body)
      },
      (error: unknown) => {
        if (error instanceof ResetConnection) {
          if (about !== undefined) metrics.answered(about, 0)
          request.socket.resetAndDestroy()
          return
        }
        const refusal = error instanceof Refusal ? error : new Refusal(500, 'internal_error', 'something went wrong')
        if (refusal !== error) logger.error({ event: 'provider.internal_error', err: error }, 'a request met a bug')
        if (about !== undefined) metrics.answered(about, refusal.status)
        send(response, refusal.status, { code: refusal.code, detail: refusal.message })
      },
    )
  }
}

async function answer(parts: HandlerParts, request: IncomingMessage, path: string): Promise<Answer> {
  const { simulator, charges, faults, controlToken, logger } = parts
  const [, , key, ...rest] = path.split('/')
  const route = key === undefined ? path : ['/charges/{key}', ...rest].join('/')
  switch (`${request.method} ${path.startsWith('/charges/') ? route : path}`) {
    case 'GET /healthz':
      return [200, { status: 'alive' }]
    case 'POST /charges': {
      const charge = await simulator.charge(
        header(request, 'idempotency-key'),
        await requestBody(request, chargeRequest),
      )
      return [STATUS[charge.status], charge]
    }
    case 'GET /charges/{key}':
      return [200, await simulator.show(key ?? '')]
    case 'POST /charges/{key}/void':
      return [200, await simulator.void(key ?? '')]
    case 'GET /charges':
      requireControlToken(request, controlToken)
      return [200, { charges: charges.after(cursorOf(request), PAGE) }]
    case 'GET /knobs':
      requireControlToken(request, controlToken)
      return [200, faults.knobs]
    case 'PUT /knobs':
      requireControlToken(request, controlToken)
      faults.turn(await requestBody(request, knobs.partial()))
      logger.info({ event: 'provider.knobs_turned', ...faults.knobs }, 'this provider behaves differently now')
      return [200, faults.knobs]
    default:
      throw new Refusal(404, 'not_found', 'there is nothing here')
  }
}

function nameOf(method: string | undefined, path: string): string {
  if (method === 'POST') return path.endsWith('/void') ? 'void' : 'charge'
  return path === '/charges' ? 'list' : 'show'
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/** The sequence after which the listing begins. Throws `invalid_request`. */
function cursorOf(request: IncomingMessage): number {
  const after = new URLSearchParams(request.url?.split('?')[1] ?? '').get('after') ?? '0'
  if (!/^\d{1,9}$/.test(after)) throw new Refusal(400, 'invalid_request', 'after must be a sequence number')
  return Number(after)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
