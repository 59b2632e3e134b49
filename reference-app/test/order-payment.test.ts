import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { GOOD } from '../src/programs/payment-provider/knobs.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { PaymentProvider } from './support/payment-provider.ts'
import { expectChargesToBeTheRows, paymentStates } from './support/settled.ts'
import { order, orderOf, statusOf } from './support/shop.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

const FAST = { ...GOOD, latencyMs: 5, latencyJitterMs: 10 }

let stack: Stack
let primary: PaymentProvider
let secondary: PaymentProvider
let workers: Worker[] = []
let users = 0

beforeAll(async () => {
  ;[stack, primary, secondary] = await Promise.all([
    startStack(),
    PaymentProvider.start('primary'),
    PaymentProvider.start('secondary'),
  ])
})

beforeEach(async () => {
  await Promise.all([primary.turn(FAST), secondary.turn(FAST)])
  workers = [await startWorker('worker-1')]
})

afterEach(async () => {
  for (const worker of workers) expect(await worker.stop()).toBe(0)
  await expectNothingBroken(stack.postgres)
  await expectChargesToBeTheRows(stack.postgres, [primary, secondary])
})

afterAll(async () => {
  await Promise.all([stack.remove(), primary.remove(), secondary.remove()])
})

const startWorker = (instance: string) =>
  Worker.start({
    databaseUrl: stack.postgres.url,
    redisUrl: stack.primary.url,
    providerUrl: primary.url,
    secondaryUrl: secondary.url,
    instance,
  })

/** Orders of one user each, ten at a time: it is not the API that is tried here. Their ids. */
async function orders(many: number): Promise<number[]> {
  const ids: number[] = []
  while (ids.length < many) ids.push(...(await ordersAtOnce(Math.min(10, many - ids.length))))
  return ids
}

async function ordersAtOnce(many: number): Promise<number[]> {
  const placed = Array.from({ length: many }, () => order(stack.api, ++users, [[1 + (users % 5), 1]]))
  const replies = await Promise.all(placed)
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201))
  return replies.map((reply) => orderOf(reply).id)
}

/** Orders whose payments all become due at the same moment, however long it takes to place them. */
async function ordersDueAtOnce(many: number): Promise<number[]> {
  const holdBack = async (paused: boolean) =>
    expect((await worker().ops('PUT', '/jobs/payment-charging', { paused })).status).toBe(200)
  await holdBack(true)
  const ids = await orders(many)
  const due = `select from order_payment where next_attempt_at is not null and order_id in (${ids.join()})`
  await until('all are due', async () => (await count(stack.postgres, due)) === many)
  await holdBack(false)
  return ids
}

const waitForStatus = (ids: number[], status: string, withinMs = 20_000) =>
  until(
    `${ids.length} orders are ${status}`,
    async () => {
      const found = `select from shop_order where status = '${status}' and id in (${ids.join()})`
      return (await count(stack.postgres, found)) === ids.length
    },
    withinMs,
  )

const paymentOf = async (orderId: number) => {
  const rows = await stack.postgres.query<{ id: number; state: string; provider: string | null; attempts: number }>(
    `select id, state, provider, attempts, voided_at, reason from order_payment where order_id = ${orderId}`,
  )
  return { ...rows[0], key: `payment-${rows[0]?.id}` }
}
const keysAt = (provider: PaymentProvider) => provider.charges.map(({ key }) => key)
const worker = () => workers[0] as Worker
const inDoubt = (orderId: number) =>
  worker()
    .logs('order_payment.in_doubt')
    .filter((line) => line.orderId === orderId)

test('an order is paid: charged once at the primary, told once, in about the time that the provider takes', async () => {
  const [id = 0] = await orders(1)
  await waitForStatus([id], 'paid', 5_000)
  expect(await statusOf(stack.api, id)).toBe('paid')
  expect(await paymentOf(id)).toMatchObject({ state: 'succeeded', provider: 'primary', attempts: 1 })
  expect(await worker().metric('payment_attempts_total', { outcome: 'success' })).toBe(1)
  const charged = { provider: 'primary', request: 'charge', result: 'charged' }
  expect(await worker().metric('payment_provider_request_duration_seconds_count', charged)).toBe(1)
})

test('a declined payment ends with the reason of the bank, is a refusal and no failure, and the order can be paid again', async () => {
  await primary.turn({ declineRatio: 1 })
  const [id = 0] = await orders(1)
  await waitForStatus([id], 'payment_failed')
  expect(await paymentOf(id)).toMatchObject({ state: 'declined', reason: expect.stringMatching(/^[a-z_]+$/) })
  expect(await worker().metric('payment_attempts_total', { outcome: 'rejected' })).toBe(1)
  expect(await worker().metric('payment_attempts_total', { outcome: 'failed' })).toBe(0)
  await primary.turn(FAST)
  expect((await stack.api.post(`/orders/${id}/payment`, { userId: users })).status).toBeLessThan(300)
  await waitForStatus([id], 'paid')
  expect(keysAt(secondary)).toEqual([])
})

test('a provider that answers 500, half of the time after it has charged: every order is paid, each charged once', async () => {
  await primary.turn({ failRatio: 0.6 })
  const ids = await orders(40)
  await waitForStatus(ids, 'paid')
})

test('a provider that resets connections, half of them after it has charged: every order is paid, each charged once', async () => {
  await primary.turn({ resetRatio: 0.6 })
  const ids = await orders(40)
  await waitForStatus(ids, 'paid')
})

test('a primary that refuses connections has charged nothing: the secondary takes over at once', async () => {
  await primary.kill()
  const before = keysAt(secondary).length
  const ids = await orders(20)
  await waitForStatus(ids, 'paid', 10_000)
  expect(keysAt(secondary)).toHaveLength(before + 20)
  expect(await worker().metric('payment_provider_breaker_open', { provider: 'primary' })).toBe(1)
  await until('it is logged', () => worker().logs('payment_provider.breaker_opened').length > 0)
  expect(worker().logs('payment_provider.breaker_opened')).toHaveLength(1)
  await primary.restart()
  await until('the primary is used again', async () => {
    const [id = 0] = await orders(1)
    await waitForStatus([id], 'paid')
    return (await paymentOf(id)).provider === 'primary'
  })
  expect(await worker().metric('payment_provider_breaker_open', { provider: 'primary' })).toBe(0)
})

test('a primary that hangs may have charged: nobody else is asked, however long it takes, and what was charged late counts', async () => {
  await primary.turn({ hang: true })
  const [id = 0] = await orders(1)
  await until('it was tried three times', () => inDoubt(id).length >= 3, 20_000)
  const { key, state } = await paymentOf(id)
  expect([state, keysAt(primary).includes(key), keysAt(secondary).includes(key)]).toEqual(['charging', false, false])
  await stack.postgres.query(`update order_payment set give_up_at = now() where order_id = ${id}`)
  const tried = inDoubt(id).length
  await until('it was tried when it was overdue', () => inDoubt(id).length > tried, 20_000)
  expect(await paymentOf(id)).toMatchObject({ state: 'charging', provider: 'primary' })
  await primary.turn(FAST)
  await waitForStatus([id], 'paid', 25_000)
  expect(await paymentOf(id)).toMatchObject({ provider: 'primary' })
  expect(keysAt(secondary)).not.toContain(key)
})

test('what surely was not charged at a primary that came back is voided there before the secondary is asked', async () => {
  await primary.turn({ hang: true })
  const [id = 0] = await orders(1)
  await until('it was tried', () => inDoubt(id).length > 0)
  await primary.kill() // with the request in its hands
  await until('it was tried three times', () => inDoubt(id).length > 3, 20_000)
  const { key } = await paymentOf(id)
  expect(keysAt(secondary)).not.toContain(key)
  await primary.restart()
  await waitForStatus([id], 'paid', 20_000)
  expect(primary.charges.filter((charge) => charge.key === key)).toMatchObject([{ status: 'voided' }])
  expect(await paymentOf(id)).toMatchObject({ provider: 'secondary', voided_at: ['primary'] })
})

test('with no provider at all a payment fails when its time is over, and the order says so', async () => {
  await Promise.all([primary.kill(), secondary.kill()])
  const [id = 0] = await orders(1)
  await until('it was tried', async () => ((await paymentOf(id)).attempts ?? 0) >= 2)
  await stack.postgres.query(`update order_payment set give_up_at = now() where order_id = ${id}`)
  await waitForStatus([id], 'payment_failed')
  expect(await paymentOf(id)).toMatchObject({ state: 'failed', reason: 'attempts_exhausted', provider: null })
  const failed = { outcome: 'failed', reason: 'attempts_exhausted' }
  expect(await worker().metric('payment_attempts_total', failed)).toBe(1)
  await Promise.all([primary.restart(), secondary.restart()])
})

test('a worker killed with 100 payments in flight: another takes them over, all are settled, none is charged twice', async () => {
  await primary.turn({ latencyMs: 1_000, failRatio: 0.2 })
  const ids = await ordersDueAtOnce(100)
  await until('some are charged and some are under way', async () => {
    const { charging = 0, succeeded = 0 } = await paymentStates(stack.postgres)
    return charging >= 20 && succeeded >= 1
  })
  await worker().kill()
  const left = await count(stack.postgres, `select from shop_order where status = 'placed' and id in (${ids.join()})`)
  expect(left).toBeGreaterThan(20)
  await primary.turn(FAST)
  workers = [await startWorker('worker-2')]
  await waitForStatus(ids, 'paid', 40_000)
})

test('two workers share the payments: each is claimed by one of them, once', async () => {
  workers.push(await startWorker('worker-2'))
  const ids = await orders(100)
  await waitForStatus(ids, 'paid')
  const claims = `select from order_payment where attempts > 1 and order_id in (${ids.join()})`
  expect(await count(stack.postgres, claims)).toBe(0)
  for (const each of workers) expect(await each.metric('payment_attempts_total')).toBeGreaterThan(0)
})

test('SIGTERM: charges that are under way are written down before the worker ends', async () => {
  await primary.turn({ latencyMs: 1_000 })
  const ids = await ordersDueAtOnce(10)
  await until('all are under way', async () => (await paymentStates(stack.postgres)).charging === 10)
  expect(await worker().stop()).toBe(0)
  expect((await paymentStates(stack.postgres)).charging).toBeUndefined()
  await primary.turn(FAST)
  workers = [await startWorker('worker-2')]
  await waitForStatus(ids, 'paid')
})

test('an operator says who charges, at any instance; what is in doubt elsewhere is settled there first', async () => {
  await primary.turn({ hang: true })
  const [doubtful = 0] = await orders(1)
  await until('it was tried', () => inDoubt(doubtful).length > 0)
  expect((await stack.api.ops('PUT', '/payments/provider', { provider: 'secondary' })).status).toBe(200)
  await until('the worker follows', async () => {
    const [id = 0] = await orders(1)
    await waitForStatus([id], 'paid', 8_000)
    return (await paymentOf(id)).provider === 'secondary'
  })
  const { key, state } = await paymentOf(doubtful)
  expect([state, keysAt(secondary).includes(key)]).toEqual(['charging', false])
  await primary.turn(FAST)
  await waitForStatus([doubtful], 'paid')
  expect((await stack.api.ops('PUT', '/payments/provider', { provider: 'automatic' })).status).toBe(200)
  expect((await stack.api.ops('PUT', '/payments/provider', { provider: 'nobody' })).status).toBe(400)
})
