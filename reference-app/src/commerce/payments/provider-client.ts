import { Agent, request } from 'undici'
import { z } from 'zod'
import type { ProviderName } from './order-payment.ts'
import type { PaymentProviderMetrics, PaymentProviderRequest } from './provider-metrics.ts'
import type { Verdict } from './verdict.ts'

/**
 * A good charge takes below 100 ms. 2 s is where the API counts as slow for its users; three of them (charge, ask,
 * void) fit well into the lease of a payment. Giving up earlier would only make more outcomes unknown.
 */
const TIMEOUT_MS = 2_000
/**
 * Providers are near; a SYN that is lost is sent again after 1 s. Below the other, so that "not connected" is known as
 * such. Milliseconds.
 */
const CONNECT_TIMEOUT_MS = 1_500
/** Requests to one provider at a time: all that a worker has under way, and none waits for another. */
const CONNECTIONS = 64

/** Errors that a connection has before anything is sent over it. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]

/** An answer has 200 bytes. */
const MAX_ANSWER_BYTES = 16_384
/** The reason becomes part of the order: a code of the bank's, whatever else the provider writes there. */
const NOT_NAMED = 'not_named'
const reason = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/)
  .catch(NOT_NAMED)

const chargeAnswer = z.object({
  key: z.string(),
  status: z.enum(['charged', 'declined', 'voided']),
  amount: z.number().nullable(),
  reason: reason.nullable(),
})
const refusal = z.object({ code: z.string() })

export interface ChargeOrder {
  key: string
  amount: number
  reference: string
}

/** One payment provider. Never rejects: whatever happens is a verdict. */
export class ProviderClient {
  readonly name: ProviderName
  private readonly url: string
  private readonly metrics: PaymentProviderMetrics
  private readonly agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_ANSWER_BYTES,
  })

  constructor(name: ProviderName, url: string, metrics: PaymentProviderMetrics) {
    this.name = name
    this.url = url.replace(/\/$/, '')
    this.metrics = metrics
  }

  /** The same key charges once, however often it is sent. */
  async charge(order: ChargeOrder): Promise<Verdict> {
    const { key, amount, reference } = order
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const body = JSON.stringify({ amount, reference })
    return await this.ask('charge', '/charges', order, { method: 'POST', headers, body })
  }

  /** What has become of the key. */
  async show(order: ChargeOrder): Promise<Verdict> {
    return await this.ask('show', `/charges/${order.key}`, order, { method: 'GET' })
  }

  /** Decides the key for good: voided, unless it was charged or declined before. */
  async void(order: ChargeOrder): Promise<Verdict> {
    return await this.ask('void', `/charges/${order.key}/void`, order, { method: 'POST' })
  }

  async close(): Promise<void> {
    await this.agent.destroy()
  }

  private async ask(
    what: PaymentProviderRequest,
    path: string,
    order: ChargeOrder,
    options: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
  ): Promise<Verdict> {
    const startedAt = performance.now()
    const verdict = await this.verdict(path, order, options)
    const result = 'reason' in verdict && verdict.kind !== 'declined' ? verdict.reason : verdict.kind
    this.metrics.requested(this.name, what, result, (performance.now() - startedAt) / 1000)
    return verdict
  }

  private async verdict(path: string, order: ChargeOrder, options: object): Promise<Verdict> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const { statusCode, body } = await request(this.url + path, { ...options, dispatcher: this.agent, signal })
      return judge(statusCode, JSON.parse(await body.text()), order)
    } catch (error) {
      return judgeError(error)
    }
  }
}

function judge(status: number, body: unknown, { key, amount }: ChargeOrder): Verdict {
  const charge = chargeAnswer.safeParse(body).data
  if (charge !== undefined) {
    if (charge.key !== key) return { kind: 'unknown', reason: 'answer_mismatch' }
    if (charge.status === 'voided') return { kind: 'voided' }
    if (charge.amount !== amount) return { kind: 'unknown', reason: 'amount_mismatch' }
    return charge.status === 'charged' ? { kind: 'charged' } : { kind: 'declined', reason: charge.reason ?? NOT_NAMED }
  }
  const code = refusal.safeParse(body).data?.code
  if (status === 404 && code === 'charge_not_found') return { kind: 'absent' }
  if (status === 503 && code === 'not_processed') return { kind: 'untaken', reason: 'not_processed' }
  if (status === 422) return { kind: 'unknown', reason: 'amount_mismatch' }
  if (status >= 400 && status < 500) return { kind: 'untaken', reason: 'refused' }
  return { kind: 'unknown', reason: 'server_error' }
}

function judgeError(error: unknown): Verdict {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (NOT_CONNECTED.includes(code)) return { kind: 'untaken', reason: 'not_connected' }
  if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'unknown', reason: 'timeout' }
  return { kind: 'unknown', reason: error instanceof SyntaxError ? 'server_error' : 'connection_lost' }
}
