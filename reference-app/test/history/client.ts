import type { ProblemCode } from '../../src/platform/problem/codes.ts'
import { QueueTokens } from '../../src/ticketing/queue-token.ts'
import { QUEUE_TOKEN_SECRET } from '../support/api.ts'
import { type Call, type End, type History, now, type Operation, type Outcome } from './history.ts'

/** Shorter than the longest that an instance may take (10 s): clients do give up, and what they gave up on may still happen. Milliseconds. */
const PATIENCE_MS = 4_000

/** Answers with 5xx that are given before anything is begun. All others leave open whether it took effect, those of a lost COMMIT above all. */
const BEFORE_ANYTHING_WAS_BEGUN: ReadonlySet<string> = new Set<ProblemCode>(['not_ready'])

/** What is asked of which instance. */
export interface Target {
  instance: string
  url: string
}

/** One user's program. Writes into the history before it asks and after it was answered, or was not. */
export class Client {
  readonly userId: number
  private readonly id: number
  private readonly history: History
  /** One that no waiting room knows, until it has joined. */
  private token: string

  constructor(history: History, id: number, userId: number) {
    this.history = history
    this.id = id
    this.userId = userId
    this.token = new QueueTokens(QUEUE_TOKEN_SECRET).issue(userId, new Date()).text
  }

  async send({ instance, url }: Target, call: Call, key?: string): Promise<Operation & { end: End }> {
    const operation = this.history.invoke({ client: this.id, userId: this.userId, instance, call, key })
    const end = await this.ask(url, call, key)
    if (call.kind === 'join' && end.outcome === 'ok') this.token = (end.body as { token: string }).token
    return Object.assign(operation, { end })
  }

  private async ask(url: string, call: Call, key: string | undefined): Promise<End> {
    const { method, path, json } = requestOf(this.userId, call)
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { 'queue-token': this.token, ...(key === undefined ? {} : { 'idempotency-key': key }) },
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
      const body = (await response.json()) as { code?: string } | null
      const { status } = response
      const code = status < 300 ? '' : (body?.code ?? 'no code')
      const replayed = response.headers.get('idempotency-replayed') === 'true'
      return { at: now(), outcome: outcomeOf(method, call, status, code), status, code, body, replayed }
    } catch (error) {
      const code = connectionCodeOf(error)
      // Nobody listened, so nobody was asked. Any other end of a connection may come after the effect.
      const outcome = code === 'ECONNREFUSED' || method === 'GET' ? 'failed' : 'unknown'
      return { at: now(), outcome, status: 0, code, body: undefined, replayed: false }
    }
  }
}

function outcomeOf(method: string, { kind }: Call, status: number, code: string): Outcome {
  if (status >= 200 && status < 300) return 'ok'
  if (status >= 400 && status < 500) return 'rejected'
  if (code === 'waiting_room_unavailable') return kind === 'join' ? 'unknown' : 'failed' // the gate is in front of everything else
  return method === 'GET' || BEFORE_ANYTHING_WAS_BEGUN.has(code) ? 'failed' : 'unknown'
}

function connectionCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return 'no answer in time'
  const cause = error.cause instanceof Error && 'code' in error.cause ? error.cause.code : undefined
  return typeof cause === 'string' ? cause : error.message
}

function requestOf(userId: number, call: Call): { method: 'GET' | 'POST'; path: string; json?: unknown } {
  switch (call.kind) {
    case 'join':
      return { method: 'POST', path: `/queue/users/${userId}` }
    case 'recharge':
      return { method: 'POST', path: `/balance/users/${userId}/recharge`, json: { amount: call.amount } }
    case 'balance':
      return { method: 'GET', path: `/balance/users/${userId}` }
    case 'reserve': {
      const { concertId, scheduleId, seatIds } = call
      return { method: 'POST', path: '/reservations', json: { userId, concertId, scheduleId, seatIds } }
    }
    case 'reservation':
      return { method: 'GET', path: `/reservations/${call.reservationId}` }
    case 'coupon':
      return { method: 'POST', path: `/coupons/${call.couponId}/issue`, json: { userId } }
    case 'order': {
      const { kind: _, ...order } = call
      return { method: 'POST', path: '/orders', json: { userId, ...order } }
    }
    case 'pay-order':
      return { method: 'POST', path: `/orders/${call.orderId}/payment`, json: { userId } }
    case 'pay':
      return {
        method: 'POST',
        path: `/payment/payments/users/${userId}`,
        json: { reservationIds: call.reservationIds },
      }
  }
}
