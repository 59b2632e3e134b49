import { Api } from '../support/api.ts'
import { Buyer } from '../support/buyer.ts'
import { PaymentProvider } from '../support/payment-provider.ts'
import { startPreparedPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { openRoom } from '../support/waiting-stack.ts'
import { Worker } from '../support/worker.ts'
import { FuzzClient } from './request.ts'
import { USERS } from './values.ts'

export const ROOMS = ['off', 'live'] as const
export type Room = (typeof ROOMS)[number]

/** An instance of the API with everything that it has behind it. */
export interface Ground {
  api: Api
  worker: Worker
  /** Of users with some money and a token of the waiting room, which is put into this mode. */
  client(room: Room): Promise<FuzzClient>
  remove(): Promise<void>
}

export async function startGround(): Promise<Ground> {
  const [postgres, cache, queue, provider] = await Promise.all([
    startPreparedPostgres(),
    RedisServer.start(),
    RedisServer.start({ persistent: true }),
    PaymentProvider.start(),
  ])
  const [databaseUrl, queueUrl] = [postgres.url, queue.url]
  const [api, worker] = await Promise.all([
    Api.start({ databaseUrl, primaryUrl: cache.url, queueUrl, env: { SEAT_HOLD_LIMIT: '100' } }),
    Worker.start({ databaseUrl, redisUrl: cache.url, providerUrl: provider.url, env: { QUEUE_REDIS_URL: queueUrl } }),
  ])
  return {
    api,
    worker,
    client: async (room) => {
      await api.ops('PUT', '/waiting-room', { mode: room })
      if (room === 'live') await openRoom(api)
      for (const userId of USERS) await new Buyer(userId).recharge(api, 1_000_000)
      const tokenOf = async (userId: number): Promise<[number, string]> => [userId, await api.join(userId)]
      return new FuzzClient(api.url, await Promise.all(USERS.map(tokenOf)))
    },
    remove: async () => {
      await Promise.all([api.stop(), worker.stop()])
      await Promise.all([provider.remove(), postgres.remove(), cache.remove(), queue.remove()])
    },
  }
}
