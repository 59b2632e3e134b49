import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { codeOf } from './support/buyer.ts'
import { count } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})

afterAll(async () => {
  await stack.remove()
})

const inquire = (json: unknown, headers: Record<string, string> = {}) =>
  stack.api.post('/support/inquiries', json, headers)
const counted = (topic: string) => stack.api.metric('support_inquiries_total', { topic })

test('an inquiry is kept and counted under its topic', async () => {
  const before = await counted('payment')
  const reply = await inquire({ topic: 'payment', message: 'Twice?' })
  expect([reply.status, reply.body]).toEqual([
    201,
    { id: expect.any(Number), topic: 'payment', message: 'Twice?', at: expect.stringMatching(/Z$/) },
  ])
  expect((await inquire({ topic: 'payment' })).body).toMatchObject({ message: null })
  expect(await counted('payment')).toBe(before + 2)
  expect(await count(stack.postgres, `select from support_inquiry where topic = 'payment'`)).toBe(2)
  const logged = await until('it is logged', () => stack.api.logs('support.inquired')[0])
  expect(logged).not.toHaveProperty('message')
})

test('with a key it is counted once', async () => {
  const before = await counted('queue')
  for (const replayed of [null, 'true']) {
    const reply = await inquire({ topic: 'queue' }, { 'idempotency-key': 'help' })
    expect([reply.status, reply.headers.get('idempotency-replayed')]).toEqual([201, replayed])
  }
  expect(await counted('queue')).toBe(before + 1)
})

test.each([
  {},
  { topic: 'weather' },
  { topic: 'order', message: '' },
  { topic: 'order', message: 'a\0b' },
  { topic: 'order', message: 'a\ud800b' },
  { topic: 'order', message: 'x'.repeat(2_001) },
])('the body %j is malformed', async (body) => {
  expect(codeOf(await inquire(body))).toBe('400 invalid_request')
})

test('a message is kept as it was sent, and its length is counted in characters', async () => {
  const message = '😀'.repeat(2_000)
  expect((await inquire({ topic: 'coupon', message })).body).toMatchObject({ message })
  expect(await count(stack.postgres, `select from support_inquiry where message = '${message}'`)).toBe(1)
})

test('every topic has its series from the start', async () => {
  const page = await (await fetch(`${stack.api.opsUrl}/metrics`)).text()
  for (const topic of ['payment', 'reservation', 'queue', 'order', 'coupon', 'other']) {
    expect(page).toContain(`support_inquiries_total{topic="${topic}"}`)
  }
  expect(page).toContain('coupons_issued_total 0')
})
