import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { READS } from './support/load.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let token: string

beforeAll(async () => {
  stack = await startStack()
  token = await stack.api.join()
  await stack.api.ops('POST', '/cache/warm-up', {})
})

afterAll(async () => {
  await stack.remove()
})

const read = (path = '/api/v1/concerts') => stack.api.call(path, { headers: { 'queue-token': token } })
const readFifteen = () => Promise.all(READS.slice(0, 15).map(read))
const protect = (enabled: boolean) => stack.api.ops('PUT', '/protection', { enabled })

test('with protection off a cache that hangs costs each request four seconds, and no breaker ends that', async () => {
  expect(await stack.api.metric('cache_protection_enabled')).toBe(1)
  expect((await protect(false)).body).toMatchObject({ protection: { enabled: false } })
  expect(await stack.api.metric('cache_protection_enabled')).toBe(0)
  stack.primary.hang()
  for (const round of [1, 2, 3]) {
    const replies = await readFifteen()
    expect([round, replies.map(({ status }) => status)]).toEqual([round, Array(15).fill(200)])
    expect(Math.min(...replies.map(({ durationMs }) => durationMs))).toBeGreaterThan(3_900)
    expect(Math.max(...replies.map(({ durationMs }) => durationMs))).toBeLessThan(7_000) // not twice
  }
  expect(await stack.api.metric('cache_breaker_open')).toBe(0)
  expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ cache: { breaker: 'closed' } })
})

test('switched on while the cache still hangs, it ends the suffering', async () => {
  expect((await protect(true)).body).toMatchObject({ protection: { enabled: true } })
  await readFifteen()
  const reply = await read()
  expect(reply.status).toBe(200)
  expect(reply.durationMs).toBeLessThan(2_000)
  await until('the breaker is open', async () => (await stack.api.metric('cache_breaker_open')) === 1)
})

test('switched off while the cache hangs it waits again, for the connection too, and ends at once when the cache is back', async () => {
  expect((await protect(false)).body).toMatchObject({ cache: { breaker: 'closed' } })
  const waiting = read()
  const first = await waiting
  expect(first.durationMs).toBeGreaterThan(3_900)
  const last = read()
  stack.primary.resume()
  expect((await last).durationMs).toBeLessThan(3_500)
  await until('it is a hit again', async () => {
    const hits = await stack.api.lookups('hit')
    await read()
    return (await stack.api.lookups('hit')) > hits
  })
  await protect(true)
  expect(stack.api.audit.map(({ action, after }) => `${action} ${after}`)).toEqual(
    expect.arrayContaining(['protection false', 'protection true']),
  )
})
