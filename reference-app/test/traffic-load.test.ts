import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { send } from './support/api.ts'
import { scratchFolder } from './support/scratch.ts'
import { startFake, startTraffic } from './support/traffic.ts'
import { until } from './support/until.ts'

const folder = scratchFolder()
const TOKENS = { operator: 'o'.repeat(32), viewer: 'v'.repeat(32) }
for (const [role, token] of Object.entries(TOKENS)) writeFileSync(join(folder.path, role), token)
const TOKEN_FILES = {
  OPS_TOKEN_FILE: join(folder.path, 'operator'),
  OPS_VIEWER_TOKEN_FILE: join(folder.path, 'viewer'),
}

afterAll(() => folder.remove())

/** When each inquiry arrived (`performance.now()`), the only request of the journey `support`. */
async function startDesk() {
  const arrivals: number[] = []
  const fake = await startFake((request, response) => {
    arrivals.push(performance.now())
    request.resume().once('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{}'))
  })
  return { ...fake, arrivals }
}

async function startAsked(env: Record<string, string>) {
  const desk = await startDesk()
  const traffic = await startTraffic(desk.url, { JOURNEY_SHARES: 'support=1', ...TOKEN_FILES, ...env })
  const ask = (method: string, body?: string, token: string = TOKENS.operator) =>
    send(`${traffic.url}/load`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'x-drillbook-actor': 'tester' },
      ...(body === undefined ? {} : { body }),
    })
  const put = (json: unknown) => ask('PUT', JSON.stringify(json))
  return { ...traffic, ...desk, metricsUrl: traffic.url, ask, put }
}

const surge = (metric: (name: string) => Promise<number>) => metric('traffic_surge_active')

test('nobody arrives at a rate of 0, and the load is valid; a rate that is ordered holds at once; DELETE goes back', async () => {
  const { arrivals, ask, put, metric } = await startAsked({ JOURNEYS_PER_SECOND: '0' })
  expect(await metric('traffic_valid')).toBe(1)
  expect(await metric('traffic_journeys_per_second')).toBe(0)
  expect(await surge(metric)).toBe(0)
  const startedAt = performance.now()
  await until(
    'nearly a second, after which what had not come would come at once',
    () => performance.now() - startedAt > 900,
  )
  expect(arrivals).toEqual([])

  const changedAt = performance.now()
  expect(await put({ journeysPerSecond: 100 })).toMatchObject({ status: 200, body: { journeysPerSecond: 100 } })
  await until('a second of visitors', () => arrivals.length >= 100, 5_000)
  expect((arrivals[99] ?? 0) - changedAt).toBeGreaterThan(800)
  expect(await metric('traffic_journeys_per_second', { journey: 'support' })).toBe(100)
  expect(await surge(metric)).toBe(1)

  expect(await ask('DELETE')).toMatchObject({ status: 200, body: { journeysPerSecond: 0, isSurge: false } })
  const left = arrivals.length
  expect(await surge(metric)).toBe(0)
  const deletedAt = performance.now()
  await until('half a second without orders', () => performance.now() - deletedAt > 500)
  expect(arrivals.length).toBeLessThanOrEqual(left + 1) // one may have been on its way
  expect(await metric('traffic_valid')).toBe(1)
  expect(await ask('DELETE')).toMatchObject({ status: 200, body: { isSurge: false } }) // again: nothing to do
})

test('from one visitor in ten seconds to 600 per second: at once, and without a burst', async () => {
  const { arrivals, put, metric } = await startAsked({ JOURNEYS_PER_SECOND: '0.1' })
  await until('the first of ten seconds', () => arrivals.length === 1)
  const changedAt = performance.now()
  await put({ journeysPerSecond: 600 })
  await until('300 more', () => arrivals.length > 300, 5_000)
  const lastAt = arrivals.at(-1) ?? Number.NaN
  const due = ((lastAt - changedAt) / 1_000) * 600
  expect(arrivals.length - 1).toBeLessThan(due + 60) // what a tenth of a second may be late on a busy machine, not seconds
  const first = arrivals.filter((at) => at > changedAt)[0] ?? Number.NaN
  expect(first - changedAt).toBeLessThan(1_000) // not when the ten seconds are over
  expect(await metric('traffic_valid')).toBe(1)
})

test('some journeys are multiplied, the others stay, whatever rate the generator was started with', async () => {
  const shares = 'support=0.9,coupon=0.1'
  const { put, metric, child } = await startAsked({ JOURNEYS_PER_SECOND: '20', JOURNEY_SHARES: shares })
  await put({ times: { coupon: 10 } })
  expect(await metric('traffic_journeys_per_second', { journey: 'coupon' })).toBeCloseTo(20)
  expect(await metric('traffic_journeys_per_second', { journey: 'support' })).toBeCloseTo(18)
  await put({ journeysPerSecond: 50, shares: { order: 2, browse: 3 } }) // of any sum; from the start, not from the last change
  expect(await metric('traffic_journeys_per_second', { journey: 'order' })).toBeCloseTo(20)
  expect(await metric('traffic_journeys_per_second', { journey: 'browse' })).toBeCloseTo(30)
  expect(await metric('traffic_journeys_per_second', { journey: 'coupon' })).toBe(0)
  const [first, second] = await until('both are in the log', () => {
    const lines = child.logs('traffic.load_changed')
    return lines.length === 2 && lines
  })
  expect(first).toMatchObject({ actor: 'tester', before: { journeysPerSecond: 20 } })
  expect(first?.after).toMatchObject({ journeysPerSecond: expect.closeTo(38) })
  expect(second).toMatchObject({ before: first?.after, after: { journeysPerSecond: 50, shares: { order: 0.4 } } })
  expect((await put({ times: { support: 50, coupon: 50 } })).status).toBe(200) // 1,000 per second, no matter how the shares are rounded
})

const WRONG = [
  '{}',
  '[]',
  '{"journeysPerSecond":1000.5}',
  '{"journeysPerSecond":-1}',
  '{"journeysPerSecond":"60"}',
  '{"journeysPerSecond":1e999}',
  '{"shares":{"sofa":1}}',
  '{"shares":{"order":0}}',
  '{"shares":{"order":-1}}',
  '{"times":{"support":51}}', // 1,020 per second
  '{"times":{"support":2},"journeysPerSecond":5}',
  '{"journeysPerSecond":5,"sofa":1}',
  '{"journeysPerSecond":5',
  `{"journeysPerSecond":${'5'.padEnd(20_000)}}`,
]

test('a wrong order is refused and changes nothing; only an operator may change the load, and a viewer may look', async () => {
  const { ask, metric, child, metricsUrl } = await startAsked({ JOURNEYS_PER_SECOND: '20' })
  for (const body of WRONG)
    expect([body, (await ask('PUT', body)).status]).toEqual([body, body.length > 16_384 ? 413 : 400])
  const order = '{"journeysPerSecond":40}'
  expect((await ask('PUT', order, 'wrong')).status).toBe(401)
  expect((await ask('GET', undefined, 'wrong')).status).toBe(401)
  expect((await ask('PUT', order, TOKENS.viewer)).status).toBe(403)
  expect((await ask('DELETE', undefined, TOKENS.viewer)).status).toBe(403)
  expect((await ask('POST', order)).status).toBe(405)
  const seen = await ask('GET', undefined, TOKENS.viewer)
  expect(seen).toMatchObject({ status: 200, body: { journeysPerSecond: 20, isSurge: false } })
  expect(await metric('traffic_journeys_per_second')).toBe(20)
  expect((await fetch(`${metricsUrl}/loads`)).status).toBe(404)
  expect(child.logs('traffic.load_changed')).toEqual([])
  expect(child.stdout).not.toContain(TOKENS.operator)
})

test('without a token file the load cannot be changed by anybody', async () => {
  const desk = await startDesk()
  const { url } = await startTraffic(desk.url, { JOURNEYS_PER_SECOND: '1', JOURNEY_SHARES: 'support=1' })
  const headers = { authorization: `Bearer ${TOKENS.operator}` }
  expect((await fetch(`${url}/load`, { method: 'PUT', headers, body: '{"journeysPerSecond":40}' })).status).toBe(404)
})
