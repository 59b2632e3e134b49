import { spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRegistry, metricsHandler } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { supportMetrics } from '../src/accounts/support/metrics.ts'
import { couponMetrics } from '../src/commerce/coupons/metrics.ts'
import { orderMetrics } from '../src/commerce/orders/metrics.ts'
import { paymentMetrics } from '../src/commerce/payments/metrics.ts'
import { paymentProviderMetrics } from '../src/commerce/payments/provider-metrics.ts'
import { invariantMetrics } from '../src/operations/auditor/metrics.ts'
import { holdMetrics } from '../src/ticketing/reservation/metrics.ts'
import { waitingRoomMetrics } from '../src/ticketing/waiting-room/metrics.ts'

/** The metrics that rules and dashboards rely on: name, type, and the labels of one series, all of them. */
const CONTRACT: [name: string, type: string, labels: Record<string, string>][] = [
  ['coupons_issued_total', 'counter', {}],
  ['support_inquiries_total', 'counter', { topic: 'payment' }],
  ['orders_stuck', 'gauge', {}],
  ['invariant_violations', 'gauge', { invariant: 'seat_sold_once' }],
  ['invariant_checked_timestamp_seconds', 'gauge', { invariant: 'seat_sold_once' }],
  ['waiting_room_tokens', 'gauge', { state: 'waiting' }],
  ['waiting_room_tokens', 'gauge', { state: 'admitted' }],
  ...['joined', 'admitted', 'completed', 'abandoned', 'expired', 'dropped', 'order_inversions'].map(
    (name): [string, string, Record<string, string>] => [`waiting_room_${name}_total`, 'counter', {}],
  ),
  ['waiting_room_rejected_total', 'counter', { reason: 'queue_not_admitted' }],
  ['waiting_room_wait_seconds', 'histogram', {}],
  ['waiting_room_oldest_wait_seconds', 'gauge', {}],
  ['waiting_room_capacity', 'gauge', {}],
  ['waiting_room_admissions_per_second_limit', 'gauge', {}],
  ['waiting_room_mode', 'gauge', { mode: 'live' }],
  ['seat_holds_expired_total', 'counter', {}],
  ['payment_attempts_total', 'counter', { outcome: 'failed', reason: '' }],
  [
    'payment_provider_request_duration_seconds',
    'histogram',
    { provider: 'primary', request: 'charge', result: 'timeout' },
  ],
  ['payment_provider_breaker_open', 'gauge', { provider: 'primary' }],
]

const registry = createRegistry({ service: 'shop' })
let server: Server
let page: string

beforeAll(async () => {
  couponMetrics(registry)
  supportMetrics(registry, { topics: ['payment'] })
  orderMetrics(registry)
  invariantMetrics(registry, { invariants: ['seat_sold_once'] })
  waitingRoomMetrics(registry, { reasons: ['queue_not_admitted'], modes: ['live', 'off'] }).mode('off')
  holdMetrics(registry)
  paymentMetrics(registry)
  paymentProviderMetrics(registry, { providers: ['primary'] })
  server = createServer(metricsHandler(registry))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  page = await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text()
})

afterAll(() => {
  server.close()
})

test.each(CONTRACT)('the page has %s (%s) with labels %j', (name, type, labels) => {
  const text = Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')
  const sample = `${type === 'histogram' ? `${name}_count` : name}${text === '' ? '' : `{${text}}`} `
  expect(page).toContain(`# TYPE ${name} ${type}\n`)
  expect(page.split('\n').filter((line) => line.startsWith(sample))).toHaveLength(1)
})

test('promtool check metrics has nothing to complain of', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})
