import { QueueTokens } from '../../src/ticketing/queue-token.ts'
import { Api, QUEUE_TOKEN_SECRET, type Reply } from './api.ts'
import { type Postgres, startPreparedPostgres } from './postgres.ts'
import { RedisServer } from './redis.ts'
import { until } from './until.ts'

/** What joining and asking answer, as far as tests look at it; `code` when it is a problem. */
export interface PlaceBody {
  token: string
  status: 'waiting' | 'admitted'
  position: number
  expiresAt: string
  code: string
}

export const placeOf = ({ body }: Reply) => body as PlaceBody

/** Two instances with one waiting room, whose Redis keeps an append-only file. The cache is another Redis. */
export class WaitingStack {
  readonly postgres: Postgres
  readonly cache: RedisServer
  readonly queue: RedisServer
  readonly apis: [Api, Api]

  private constructor(postgres: Postgres, cache: RedisServer, queue: RedisServer, apis: [Api, Api]) {
    this.postgres = postgres
    this.cache = cache
    this.queue = queue
    this.apis = apis
  }

  /** `env`: of both instances. */
  static async start(
    env: Record<string, string>,
    queueUrlOf = (queue: RedisServer) => queue.url,
  ): Promise<WaitingStack> {
    const [postgres, cache, queue] = await Promise.all([
      startPreparedPostgres(),
      RedisServer.start(),
      RedisServer.start({ persistent: true }),
    ])
    const options = { databaseUrl: postgres.url, primaryUrl: cache.url, queueUrl: queueUrlOf(queue) }
    const start = (instance: string) => Api.start({ ...options, instance, env: { WAITING_ROOM_MODE: 'live', ...env } })
    const apis = await Promise.all([start('api-1'), start('api-2')])
    const stack = new WaitingStack(postgres, cache, queue, apis)
    await stack.opened()
    return stack
  }

  /** Resolves when both instances say that the room is open. */
  async opened(): Promise<void> {
    for (const api of this.apis) await openRoom(api)
  }

  /** The first instance for even users, the second for odd ones. */
  apiOf(userId: number): Api {
    return this.apis[userId % 2 === 0 ? 0 : 1]
  }

  async join(userId: number): Promise<Reply> {
    return await this.apiOf(userId).call(`/api/v1/queue/users/${userId}`, { method: 'POST' })
  }

  async status(userId: number, token: string): Promise<Reply> {
    return await this.apiOf(userId + 1).call(`/api/v1/queue/users/${userId}`, { headers: { 'queue-token': token } })
  }

  async leave(userId: number, token: string): Promise<Reply> {
    const headers = { 'queue-token': token }
    return await this.apiOf(userId).call(`/api/v1/queue/users/${userId}`, { method: 'DELETE', headers })
  }

  /** What POST /reservations of this seat answers: the gate, when nothing else is in the way. */
  async reserve(userId: number, token: string, seatId: number): Promise<Reply> {
    const body = { userId, concertId: 1, scheduleId: 1, seatIds: [seatId] }
    return await this.apiOf(userId).post('/reservations', body, { 'queue-token': token })
  }

  /** Users whose turn it is, and users in line, as the room's Redis holds them now. */
  async counts(): Promise<{ admitted: number; waiting: number }> {
    return await this.queue.use(async (redis) => {
      const [seconds, micros] = await redis.time()
      const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
      const admitted = await redis.zcount('waiting-room:admitted', now + 1, '+inf')
      return { admitted, waiting: await redis.zcard('waiting-room:line') }
    })
  }

  /** Waiting users in their order. */
  async order(): Promise<number[]> {
    return (await this.queue.use((redis) => redis.zrange('waiting-room:line', '0', '-1'))).map(Number)
  }

  /** Over both instances. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const values = await Promise.all(this.apis.map((api) => api.metric(name, labels)))
    return values.reduce((sum, value) => sum + value, 0)
  }

  async remove(): Promise<void> {
    await Promise.all(this.apis.map((api) => api.stop()))
    await Promise.all([this.postgres.remove(), this.cache.remove(), this.queue.remove()])
  }
}

/** Resolves when this instance can ask the room: an unknown place is gone, not unavailable. */
export async function openRoom(api: Api): Promise<void> {
  const stray = { userId: 1, id: 'nobody', expiresAt: new Date(Date.now() + 60_000) }
  const headers = { 'queue-token': new QueueTokens(QUEUE_TOKEN_SECRET).sign(stray) }
  await until(`the room of ${api.url} is open`, async () => {
    const { status } = await api.call('/api/v1/queue/users/1', { headers })
    return status === 401
  })
}
