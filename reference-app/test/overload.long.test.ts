import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf, seatsOf } from './support/buyer.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let buyer: Buyer
let reservation: number

beforeAll(async () => {
  stack = await startStack()
  buyer = new Buyer(1)
  await buyer.recharge(stack.api, 1_000_000)
  reservation = idsOf(await buyer.reserve(stack.api, 1, seatsOf(1, 0, 1)))[0] ?? 0
})

afterAll(async () => {
  await stack.remove()
})

afterEach(async () => {
  await shed('none')
  await stack.api.ops('PUT', '/protection', { enabled: true })
})

const shed = (name: string) => stack.api.ops('PUT', '/load-shedding', { class: name })
const browse = (path = '/api/v1/concerts') => stack.api.call(path, { headers: buyer.headers })
const limit = () => stack.api.metric('http_server_concurrency_limit')
const each = async () => ({
  browse: codeOf(await browse()),
  purchase: codeOf(await stack.api.call('/api/v1/balance/users/1')),
  payment: codeOf(await buyer.reservation(stack.api, reservation)),
})

const SEATS = '/api/v1/concerts/1/schedules/1/seats'
/** Needs one of the ten connections to Postgres. */
const BALANCE = '/api/v1/balance/users/2'

/** Reads, so many at a time, until it is told to end. */
function crowd(atOnce: number, path: string) {
  let over = false
  const replies: Reply[] = []
  const one = async () => {
    while (!over) replies.push(await browse(path))
  }
  const all = Promise.all(Array.from({ length: atOnce }, one))
  return {
    replies,
    end: async () => {
      over = true
      await all
    },
  }
}

const isShed = (reply: Reply) => codeOf(reply) === '503 overloaded'

test('a queue that stands is limited: browsing is shed, payments are not; and all is well again when it is over', async () => {
  const shedBefore = await stack.api.metric('http_server_shed_total', { class: 'payment' })
  await stack.api.ops('PUT', '/cache/bypass', { bypass: true }) // else those who browse would have to be faster than the cache
  const crowded = [crowd(200, BALANCE), crowd(200, SEATS)]
  try {
    await until('browsing is shed', () => crowded[1]?.replies.some(isShed), 20_000)
    for (let n = 0; n < 10; n += 1) expect(codeOf(await buyer.reservation(stack.api, reservation))).toBe('200')
    expect(await stack.api.metric('http_server_shed_total', { class: 'payment' })).toBe(shedBefore)
    expect(stack.api.logs('overload.began')).not.toEqual([])
  } finally {
    await Promise.all(crowded.map(({ end }) => end()))
    await stack.api.ops('PUT', '/cache/bypass', { bypass: false })
  }
  await until('there is no limit any more', async () => (await limit()) === 0, 5_000)
  expect(await each()).toEqual({ browse: '200', purchase: '200', payment: '200' })
  const told = (event: string) => stack.api.logs(event).length
  await until('each end is logged', () => told('overload.ended') === told('overload.began'))
})

/** How many of these payments were traced: their log lines name the trace. */
async function payTraced(payments: number[][]): Promise<number> {
  const before = stack.api.logs('payment.paid').length
  for (const ids of payments) expect(codeOf(await buyer.pay(stack.api, ids))).toBe('200')
  const lines = await until('the payments are logged', () => {
    const all = stack.api.logs('payment.paid').slice(before)
    return all.length === payments.length && all
  })
  return lines.filter(({ trace_id: id }) => id !== undefined).length
}

test('a queue for Postgres does not end browsing, which needs none; meanwhile next to nothing is traced', async () => {
  const reserve = async (n: number) => idsOf(await buyer.reserve(stack.api, 2, seatsOf(2, n, 1)))
  const held = await Promise.all(Array.from({ length: 9 }, (_, n) => reserve(n)))
  const crowded = crowd(400, BALANCE)
  try {
    await until('purchases are shed', () => crowded.replies.some(isShed), 20_000)
    for (let n = 0; n < 10; n += 1) expect(codeOf(await browse(SEATS))).toBe('200')
    // One in a hundred is still traced, three of these eight once in twenty thousand runs; what the operator has set stands.
    expect(await payTraced(held.slice(1))).toBeLessThan(3)
    expect((await stack.api.ops('GET', '/state')).body).toMatchObject({
      settings: { 'tracing.sampling-ratio': { value: 1 } },
    })
  } finally {
    await crowded.end()
  }
  await until('there is no limit any more', async () => (await limit()) === 0, 5_000)
  expect(await payTraced(held.slice(0, 1))).toBe(1)
})

test('without protection nothing is shed, however long it takes', async () => {
  await stack.api.ops('PUT', '/protection', { enabled: false })
  const crowded = crowd(400, BALANCE)
  await until('many were served', () => crowded.replies.length > 3_000, 25_000)
  await crowded.end()
  expect(crowded.replies.filter(isShed)).toEqual([])
  expect(await limit()).toBe(0)
})
