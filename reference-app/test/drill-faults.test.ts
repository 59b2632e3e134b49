import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let other: Api

beforeAll(async () => {
  stack = await startStack({ DRILLS: 'allowed' })
  other = await Api.start({
    databaseUrl: stack.postgres.url,
    primaryUrl: stack.primary.url,
    instance: 'api-other',
    env: { DRILLS: 'allowed' },
  })
})

afterAll(async () => {
  await other.stop()
  await stack.remove()
})

const statuses = async (api: Api, count: number) => {
  const all: number[] = []
  for (let i = 0; i < count; i++) all.push((await api.call('/api/v1/banner')).status)
  return all
}
const failing = (api: Api) => api.metric('drill_failing_ratio')
const versionOf = (api: Api, version: string) => api.metric('deployment_info', { version })

test('with a faulty release each fifth request of every instance answers 500, until it is rolled back', async () => {
  const { api } = stack
  expect(await statuses(api, 10)).toEqual(Array(10).fill(204))
  expect((await api.ops('PUT', '/drills/failing-share', { share: 0.2 })).status).toBe(200)
  expect((await statuses(api, 20)).filter((status) => status === 500)).toHaveLength(4)
  expect(await api.metric('operation_outcomes_total', { operation: 'banner', outcome: 'failed' })).toBe(4)
  expect(await api.metric('http_server_request_duration_seconds_count', { error_type: '500' })).toBe(4)
  expect((await api.call('/readyz')).status).toBe(200)
  await until('the other follows', async () => (await failing(other)) === 0.2)
  expect((await statuses(other, 10)).filter((status) => status === 500)).toHaveLength(2)
  expect([await versionOf(api, 'test+drill'), await versionOf(api, 'test')]).toEqual([1, 0])

  await other.ops('PUT', '/drills/failing-share', { share: 0 })
  await until('all follow', async () => (await failing(api)) === 0)
  expect(await statuses(api, 10)).toEqual(Array(10).fill(204))
  expect([await versionOf(api, 'test+drill'), await versionOf(api, 'test')]).toEqual([0, 1])
  const changes = api.audit.filter(({ action }) => action === 'drills.failing-share')
  expect(changes).toMatchObject([{ before: 0, after: 0.2, role: 'operator' }])
})

test('a slow instance lets each request wait, sheds nothing for it, and is not ill by any other sign', async () => {
  const { api } = stack
  expect((await api.ops('PUT', '/drills/delay', { delayMs: 1_200 })).status).toBe(200)
  expect(await api.metric('drill_delay_seconds')).toBe(1.2)
  const all = await Promise.all(Array.from({ length: 200 }, () => api.call('/api/v1/banner')))
  expect(all.filter(({ status }) => status !== 204)).toEqual([])
  expect(Math.min(...all.map(({ durationMs }) => durationMs))).toBeGreaterThan(1_150)
  const slow = await api.metric('http_server_request_duration_seconds_bucket', {
    http_route: '/api/v1/banner',
    le: '1"',
  })
  expect((await api.metric('http_server_request_duration_seconds_count')) - slow).toBeGreaterThanOrEqual(200)
  expect((await api.ops('GET', '/state')).body).toMatchObject({ loadShedding: { limit: null } })
  expect((await api.call('/readyz')).durationMs).toBeLessThan(1_000)
  expect(await other.metric('drill_delay_seconds')).toBe(0)
  expect((await other.call('/api/v1/banner')).durationMs).toBeLessThan(1_000)
  await api.ops('PUT', '/drills/delay', { delayMs: 0 })
  expect((await api.call('/api/v1/banner')).durationMs).toBeLessThan(1_000)
  expect(api.audit.filter(({ action }) => action === 'drills.delay')).toMatchObject([{ after: 1_200 }, { after: 0 }])
})

test.each([
  ['/drills/failing-share', { share: 1.1 }],
  ['/drills/failing-share', {}],
  ['/drills/delay', { delayMs: 9_000 }],
  ['/drills/delay', { delayMs: 'long' }],
])('PUT %s %j is refused', async (path, body) => {
  expect((await stack.api.ops('PUT', path, body)).status).toBe(400)
})

test('an instance where drills are not allowed knows none of it, also when the others have a faulty release', async () => {
  await stack.api.ops('PUT', '/drills/failing-share', { share: 1 })
  const careful = await Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url })
  try {
    for (const [path, body] of [
      ['/drills/failing-share', { share: 1 }],
      ['/drills/delay', { delayMs: 5 }],
    ] as const) {
      expect((await careful.ops('PUT', path, body)).status).toBe(404)
    }
    expect(await statuses(careful, 5)).toEqual(Array(5).fill(204))
    const page = await (await fetch(`${careful.opsUrl}/metrics`)).text()
    expect(page).not.toMatch(/^drill_/m)
  } finally {
    await careful.stop()
    await stack.api.ops('PUT', '/drills/failing-share', { share: 0 })
  }
})
