import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { GOOD } from '../src/programs/payment-provider/knobs.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { PaymentProvider } from './support/payment-provider.ts'
import { order, orderOf, statusOf } from './support/shop.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

let stack: Stack
let provider: PaymentProvider
let worker: Worker

beforeAll(async () => {
  ;[stack, provider] = await Promise.all([startStack(), PaymentProvider.start('primary')])
  worker = await Worker.start({
    databaseUrl: stack.postgres.url,
    redisUrl: stack.primary.url,
    providerUrl: provider.url,
    secondaryUrl: provider.url,
  })
})

afterAll(async () => {
  await worker.stop()
  await Promise.all([stack.remove(), provider.remove()])
})

const stockOf = async (id: number) => ((await stack.api.call(`/api/v1/products/${id}`)).body as { stock: number }).stock
const eventsOf = async (id: number) => String((await stack.api.call(`/api/v1/orders/${id}/events`)).body)

test('an order is paid by the worker, its stream tells it, and its product sells', async () => {
  await provider.turn(GOOD)
  const { id } = orderOf(await order(stack.api, 1, [[8, 3, 8_000]]))
  const text = await eventsOf(id) // until the stream ends
  expect(text).toContain('"status":"paid"')
  await until('its product has sold', async () => {
    const { body } = await stack.api.call('/api/v1/products/best-sellers')
    return (body as { productId: number; quantity: number }[]).some(
      ({ productId, quantity }) => productId === 8 && quantity === 3,
    )
  })
  await expectNothingBroken(stack.postgres)
})

test('an order whose payment is declined is cancelled by the worker when its time is over, and its stock is back', async () => {
  await provider.turn({ ...GOOD, declineRatio: 1 })
  const before = await stockOf(9)
  const { id } = orderOf(await order(stack.api, 1, [[9, 2, 9_000]]))
  await until('it is declined', async () => (await statusOf(stack.api, id)) === 'payment_failed')
  expect(await stockOf(9)).toBe(before - 2)
  await stack.postgres.query(`update shop_order set changed_at = now() - interval '16 minutes' where id = ${id}`)
  await until('it is cancelled', async () => (await statusOf(stack.api, id)) === 'cancelled', 20_000)
  expect(await stockOf(9)).toBe(before)
  await expectNothingBroken(stack.postgres)
})

test('orders that do not move are counted by the worker, from 0', async () => {
  expect(await (await fetch(`${worker.opsUrl}/metrics`)).text()).toContain('orders_stuck 0')
  await stack.postgres.query(`insert into shop_order (user_id, status, total, discount, changed_at)
    values (1, 'placed', 5, 0, now() - interval '3 minutes'), (1, 'placed', 5, 0, now() - interval '1 minute')`)
  await until('it is counted', async () => (await worker.metric('orders_stuck')) === 1, 20_000)
  expect(await count(stack.postgres, `select from shop_order where status = 'placed'`)).toBe(2)
})
