import { expect, test } from '@jest/globals'
import { count, expectNothingBroken } from './support/invariants.ts'
import { startApi, startTraffic } from './support/traffic.ts'
import { until } from './support/until.ts'

test('most people look around: three requests each with a token of an earlier visit, all answered, none refused', async () => {
  const stack = await startApi()
  const { child, url, metric } = await startTraffic(stack.api.url, {
    JOURNEYS_PER_SECOND: '40',
    JOURNEY_SHARES: 'browse=1',
  })
  const journeys = () => metric('traffic_journeys_total', { journey: 'browse', outcome: 'success' })
  await until('80 have looked around', async () => (await journeys()) >= 80, 20_000)
  expect(await metric('traffic_requests_total', { outcome: 'rejected' })).toBe(0)
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect(await metric('traffic_requests_total', { outcome: 'success' })).toBeGreaterThanOrEqual(240)
  expect(await metric('traffic_request_duration_seconds_count')).toBeGreaterThanOrEqual(240)
  expect(await metric('traffic_valid')).toBe(1)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const done = (operation: string) => stack.api.metric('operation_outcomes_total', { operation, outcome: 'success' })
  const gone = async () => (await done('seat_map')) / (await done('concert_list'))
  await until('nearly all have gone on to the seats', async () => (await gone()) > 0.8) // the others are under way
  const joined = await done('queue_join')
  expect(joined).toBeGreaterThan(0)
  await until('100 more maps', async () => (await done('seat_map')) > 200)
  expect(await done('queue_join')).toBeLessThan(joined + 50) // fifty people, who keep their tokens
  expect(await child.stop()).toBe(0)
  expect(child.stderr).toBe('')
})

test('some visitors buy: valid purchases only, and the cache still answers most lookups', async () => {
  const stack = await startApi({ SEAT_HOLD_SECONDS: '3' }) // nobody takes so long to pay, also on a busy machine
  const { child, metric } = await startTraffic(stack.api.url, {
    JOURNEYS_PER_SECOND: '25',
    JOURNEY_SHARES: 'browse=0.7,tickets=0.3',
  })
  const done = (operation: string) => stack.api.metric('operation_outcomes_total', { operation, outcome: 'success' })
  await until('people have paid', async () => (await done('reservation_pay')) >= 5, 20_000)
  await until('the cache is warm', async () => (await stack.api.lookups()) > 1_000, 40_000) // on a busy machine many miss at first
  await until(
    'others have let their holds expire',
    async () =>
      (await count(stack.postgres, `select from reservation where status <> 'paid' and expires_at < now()`)) > 0,
  )
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect(await child.stop()).toBe(0) // so that what is counted stands still
  expect(await done('seat_reserve')).toBeGreaterThanOrEqual(await done('reservation_pay'))
  expect(await done('balance_recharge')).toBeGreaterThan(0)
  const page = await (await fetch(`${stack.api.opsUrl}/metrics`)).text()
  const refusals = page.matchAll(/^operation_outcomes_total\{.*outcome="rejected",reason="(\w+)"\} [1-9]/gm)
  // Two may want the same seat at the same moment; nothing else is ever refused. What was under way when they were stopped was given up.
  for (const [line, reason] of refusals)
    expect([line, reason]).toEqual([line, expect.stringMatching(/^(seat_taken|client_closed)$/)])
  expect((await stack.api.lookups('hit')) / (await stack.api.lookups())).toBeGreaterThan(0.8)
  await expectNothingBroken(stack.postgres)
})

test('people order one to three products as report 002 has it, follow their orders, and take coupons', async () => {
  const stack = await startApi()
  const shares = 'order=0.8,coupon=0.2'
  const { child, metric } = await startTraffic(stack.api.url, { JOURNEYS_PER_SECOND: '20', JOURNEY_SHARES: shares })
  const asked = (step: string, outcome: string) => metric('traffic_requests_total', { step, outcome })
  await until('orders are followed', async () => (await asked('order_read', 'success')) >= 20)
  await until('coupons are taken', async () => (await asked('coupon_issue', 'success')) >= 5)
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect(await metric('traffic_requests_total', { outcome: 'rejected' })).toBe(0)
  const [items] = await stack.postgres.query<{ fewest: number; most: number; smallest: number; largest: number }>(`
    select min(n)::int as fewest, max(n)::int as most, min(least)::int as smallest, max(largest)::int as largest
    from (select count(*) as n, min(quantity) as least, max(quantity) as largest from order_item group by order_id) as each`)
  expect(items).toEqual({ fewest: 1, most: 3, smallest: 1, largest: 5 })
  expect(await child.stop()).toBe(0)
})
