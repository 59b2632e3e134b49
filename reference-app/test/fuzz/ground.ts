import { Api } from '../support/api.ts'
import { Buyer } from '../support/buyer.ts'
import { PaymentProvider } from '../support/payment-provider.ts'
import { startPreparedPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { openRoom } from '../support/waiting-stack.ts'
import { Worker } from '../support/worker.ts'
import { FuzzClient } from './request.ts'
import { orderIdsOf, USERS } from './values.ts'

export const ROOMS = ['off', 'live'] as const
export type Room = (typeof ROOMS)[number]

/** An instance of the API with everything that it has behind it, and some orders. */
export interface Ground {
  api: Api
  worker: Worker
  /** Of users with some money and a token of the waiting room, which is put into this mode; while it is live there is a banner. */
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
  await placeOrders(api, provider)
  return {
    api,
    worker,
    client: async (room) => {
      await api.ops('PUT', '/waiting-room', { mode: room })
      if (room === 'live') await openRoom(api)
      await api.ops('PUT', '/banner', { message: room === 'live' ? 'Please wait for your turn.' : null })
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

/** From the first that is not paid on, the bank declines everything: so the payment of one may be tried again however often it was. */
async function placeOrders(api: Api, provider: PaymentProvider): Promise<void> {
  for (const [nth, wanted] of ['paid', 'payment_failed', 'payment_failed'].entries()) {
    if (wanted === 'payment_failed') await provider.turn({ declineRatio: 1 })
    for (const userId of USERS) {
      const { body } = await api.post('/orders', { userId, orderItems: [{ productId: 1, quantity: 1, price: 1 }] })
      const { id } = body as { id: number }
      if (id !== orderIdsOf(userId)[nth]) throw new Error(`the order of user ${userId} is ${JSON.stringify(body)}`)
    }
    for (const userId of USERS) {
      const path = `/api/v1/orders/${orderIdsOf(userId)[nth]}`
      const status = async () => ((await api.call(path)).body as { status: string }).status
      await until(`${path} is ${wanted}`, async () => (await status()) === wanted)
    }
  }
}
