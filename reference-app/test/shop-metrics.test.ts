import { createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { supportMetrics } from '../src/accounts/support/metrics.ts'
import { couponMetrics } from '../src/commerce/coupons/metrics.ts'
import { orderMetrics } from '../src/commerce/orders/metrics.ts'
import { holdMetrics } from '../src/ticketing/reservation/metrics.ts'
import { seriesOf } from './support/metric.ts'

const valuesOf = async (registry: ReturnType<typeof createRegistry>, name: string) =>
  (await seriesOf(registry, name)).map(({ labels, value }) => [labels.topic ?? '', value])

test('issued coupons are counted, from 0', async () => {
  const registry = createRegistry({ service: 'test' })
  const coupons = couponMetrics(registry)
  expect(await valuesOf(registry, 'coupons_issued_total')).toEqual([['', 0]])
  coupons.issued()
  expect(await valuesOf(registry, 'coupons_issued_total')).toEqual([['', 1]])
})

test('expired holds are counted, from 0', async () => {
  const registry = createRegistry({ service: 'test' })
  const holds = holdMetrics(registry)
  expect(await valuesOf(registry, 'seat_holds_expired_total')).toEqual([['', 0]])
  holds.expired(0)
  holds.expired(3)
  expect(await valuesOf(registry, 'seat_holds_expired_total')).toEqual([['', 3]])
})

test('inquiries are counted by topic, and every topic is there from the start', async () => {
  const registry = createRegistry({ service: 'test' })
  const support = supportMetrics(registry, { topics: ['payment', 'queue'] })
  support.inquired('queue')
  expect(await valuesOf(registry, 'support_inquiries_total')).toEqual([
    ['payment', 0],
    ['queue', 1],
  ])
})

test('stuck orders are as many as were counted last, 0 before', async () => {
  const registry = createRegistry({ service: 'test' })
  const orders = orderMetrics(registry)
  expect(await valuesOf(registry, 'orders_stuck')).toEqual([['', 0]])
  orders.stuck(7)
  orders.stuck(3)
  expect(await valuesOf(registry, 'orders_stuck')).toEqual([['', 3]])
})
