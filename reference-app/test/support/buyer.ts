import { QueueTokens } from '../../src/ticketing/queue-token.ts'
import { type Api, QUEUE_TOKEN_SECRET, type Reply } from './api.ts'

/** A reservation, a payment or a problem, as far as tests look at it. */
export interface Item {
  id: number
  seatId: number
  status: string
  code: string
  detail: string
}

/** One user at the box office, who has been admitted. `key`: an Idempotency-Key. */
export class Buyer {
  readonly userId: number
  private readonly token: string

  constructor(userId: number) {
    this.userId = userId
    this.token = new QueueTokens(QUEUE_TOKEN_SECRET).issue(userId, new Date()).text
  }

  get headers(): Record<string, string> {
    return { 'queue-token': this.token }
  }

  /** Of schedule `scheduleId`, whose seats are 24 * (scheduleId - 1) + 1 and the 23 after it. */
  async reserve(api: Api, scheduleId: number, seatIds: number[], key?: string): Promise<Reply> {
    const body = { userId: this.userId, concertId: concertOf(scheduleId), scheduleId, seatIds }
    return await api.post('/reservations', body, { ...this.headers, ...withKey(key) })
  }

  async pay(api: Api, reservationIds: number[], key?: string): Promise<Reply> {
    return await api.post(`/payment/payments/users/${this.userId}`, { reservationIds }, withKey(key))
  }

  async recharge(api: Api, amount: number, key?: string): Promise<Reply> {
    return await api.post(`/balance/users/${this.userId}/recharge`, { amount }, withKey(key))
  }

  async balance(api: Api): Promise<number> {
    const { body } = await api.call(`/api/v1/balance/users/${this.userId}`)
    return (body as { balance: number }).balance
  }

  async reservation(api: Api, id: number): Promise<Reply> {
    return await api.call(`/api/v1/reservations/${id}`, { headers: this.headers })
  }
}

/** The data set deals its schedules to five concerts in turn. */
export const concertOf = (scheduleId: number) => 1 + ((scheduleId - 1) % 5)

/** `count` seats of a schedule, from its `first` (counted from 0). */
export function seatsOf(scheduleId: number, first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => 24 * (scheduleId - 1) + 1 + first + i)
}

export const items = ({ body }: Reply) => body as Item[]
export const idsOf = (reply: Reply) => items(reply).map(({ id }) => id)
export const codeOf = ({ status, body }: Reply) => `${status} ${(body as Partial<Item>).code ?? ''}`.trim()

/** How many replies ended so: `{"200": 3, "409 seat_taken": 1}`. */
export function tally(replies: Reply[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(replies, codeOf)].map(([code, group]) => [code, group.length]))
}

function withKey(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'idempotency-key': key }
}
