import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { Child } from './support/child.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { metricOf } from './support/metric.ts'
import { startStack } from './support/stack.ts'
import { until } from './support/until.ts'

const MAIN = fileURLToPath(new URL('../src/traffic/main.ts', import.meta.url))

async function startTraffic(target: string, env: Record<string, string>) {
  const child = new Child(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, TARGET_URL: target, METRICS_PORT: '0', ...env },
  })
  const port = await until('it says where its metrics are', () => {
    if (!child.running) throw new Error(child.stderr)
    return /"port":(\d+)/.exec(child.stdout)?.[1]
  })
  const url = `http://127.0.0.1:${port}`
  const metric = (name: string, labels: Record<string, string> = {}) => metricOf(`${url}/metrics`, name, labels)
  return { child, url, metric }
}

test('plays whole journeys with valid ids: four requests each, all answered, none refused', async () => {
  const stack = await startStack()
  const { child, url, metric } = await startTraffic(stack.api.url, { JOURNEYS_PER_SECOND: '40', BUY_RATIO: '0' })
  const done = await until('160 requests', async () => {
    const count = await metric('traffic_requests_total', { outcome: 'success' })
    return count >= 160 && count
  })
  expect(done).toBeGreaterThanOrEqual(160)
  expect(await metric('traffic_requests_total', { outcome: 'rejected' })).toBe(0)
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect(await metric('traffic_request_duration_seconds_count')).toBeGreaterThanOrEqual(160)
  expect(await metric('traffic_valid')).toBe(1)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const joins = await stack.api.metric('operation_outcomes_total', { operation: 'queue_join', outcome: 'success' })
  const maps = await stack.api.metric('operation_outcomes_total', { operation: 'seat_map', outcome: 'success' })
  expect(joins - maps).toBeLessThan(5)
  expect(await child.stop()).toBe(0)
  expect(child.stderr).toBe('')
  await stack.remove()
})

test('some visitors buy: valid purchases only, and the cache still answers most lookups', async () => {
  const stack = await startStack({ SEAT_HOLD_SECONDS: '1' })
  const { child, metric } = await startTraffic(stack.api.url, { JOURNEYS_PER_SECOND: '40', BUY_RATIO: '0.3' })
  const done = (operation: string) => stack.api.metric('operation_outcomes_total', { operation, outcome: 'success' })
  await until('people have paid', async () => (await done('reservation_pay')) >= 15, 20_000)
  await until(
    'others have let their holds expire',
    async () => (await count(stack.postgres, `select from reservation where status = 'expired'`)) > 0,
  )
  expect(await done('seat_reserve')).toBeGreaterThanOrEqual(await done('reservation_pay'))
  expect(await done('balance_recharge')).toBeGreaterThan(0)
  // Two may want the same seat at the same moment; nothing else is ever refused.
  const refused = await stack.api.metric('operation_outcomes_total', { outcome: 'rejected' })
  const taken = { operation: 'seat_reserve', outcome: 'rejected', reason: 'seat_taken' }
  expect(refused).toBe(await stack.api.metric('operation_outcomes_total', taken))
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect((await stack.api.lookups('hit')) / (await stack.api.lookups())).toBeGreaterThan(0.8)
  expect(await child.stop()).toBe(0)
  await expectNothingBroken(stack.postgres)
  await stack.remove()
})

test('when every seat is sold visitors come and look as before, and nobody tries to buy', async () => {
  const stack = await startStack()
  await stack.postgres.query(`insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
    select 1, concert_id, schedule.id, seat.id, price, 'paid', now() from seat join schedule on schedule.id = schedule_id`)
  const { child, metric } = await startTraffic(stack.api.url, { JOURNEYS_PER_SECOND: '40', BUY_RATIO: '1' })
  const done = (operation: string) => stack.api.metric('operation_outcomes_total', { operation, outcome: 'success' })
  await until('40 have looked at seats', async () => (await done('seat_map')) >= 40)
  expect(await metric('traffic_requests_total', { outcome: 'rejected' })).toBe(0)
  expect(await stack.api.metric('operation_outcomes_total', { operation: 'seat_reserve' })).toBe(0)
  expect(await child.stop()).toBe(0)
  await stack.remove()
})

test('visitors keep arriving while nobody answers, and each gives up at its deadline', async () => {
  let arrived = 0
  const silent = createServer(() => {
    arrived += 1
  })
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const target = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const { child, metric } = await startTraffic(target, { JOURNEYS_PER_SECOND: '50', DEADLINE_MS: '1000' })
  await until('one second of visitors has arrived', () => arrived >= 50, 3_000)
  expect(await metric('traffic_requests_total', { outcome: 'success' })).toBe(0)
  await until('they have given up', async () => (await metric('traffic_requests_total', { outcome: 'failed' })) > 40)
  expect(await metric('traffic_valid')).toBe(1)

  child.signal('SIGSTOP')
  const stoppedAt = performance.now()
  await until('it has been stopped for two seconds', () => performance.now() - stoppedAt > 2_000)
  const before = arrived
  child.signal('SIGCONT')
  await until('it knows that it lagged', async () => (await metric('traffic_valid')) === 0)
  expect(await metric('traffic_lag_seconds')).toBeGreaterThan(1)
  expect(arrived - before).toBeLessThan(60) // what was missed is not made up for in a burst of 100
  expect(await child.stop()).toBe(0)
  silent.closeAllConnections()
  silent.close()
})
