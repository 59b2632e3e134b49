import { expect, test } from '@jest/globals'
import { Child } from './support/child.ts'
import { startApi, startFake, startTraffic, TRAFFIC_MAIN } from './support/traffic.ts'
import { until } from './support/until.ts'

test('when every seat is sold visitors come and look as before, and nobody tries to buy', async () => {
  const stack = await startApi()
  await stack.postgres.query(`insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
    select 1, concert_id, schedule.id, seat.id, price, 'paid', now() from seat join schedule on schedule.id = schedule_id`)
  const { child, metric } = await startTraffic(stack.api.url, {
    JOURNEYS_PER_SECOND: '40',
    JOURNEY_SHARES: 'tickets=1',
  })
  const done = (operation: string) => stack.api.metric('operation_outcomes_total', { operation, outcome: 'success' })
  await until('40 have looked at seats', async () => (await done('seat_map')) >= 40)
  expect(await metric('traffic_requests_total', { outcome: 'rejected' })).toBe(0)
  expect(await stack.api.metric('operation_outcomes_total', { operation: 'seat_reserve' })).toBe(0)
  expect(await child.stop()).toBe(0)
})

test('visitors keep arriving while nobody answers, and each gives up at its deadline', async () => {
  let arrived = 0
  const silent = await startFake(() => {
    arrived += 1
  })
  const { child, metric } = await startTraffic(silent.url, { JOURNEYS_PER_SECOND: '50', DEADLINE_MS: '1000' })
  await until('one second of visitors has arrived', () => arrived >= 50, 5_000)
  expect(await metric('traffic_requests_total', { outcome: 'success' })).toBe(0)
  await until('they have given up', async () => (await metric('traffic_requests_total', { outcome: 'failed' })) > 40)
  expect(await metric('traffic_valid')).toBe(1)

  child.signal('SIGSTOP')
  const stoppedAt = performance.now()
  await until('it has been stopped for two seconds', () => performance.now() - stoppedAt > 2_000)
  const before = arrived
  child.signal('SIGCONT')
  const continuedAt = performance.now()
  await until('it knows that it lagged', async () => (await metric('traffic_valid')) === 0)
  expect(await metric('traffic_lag_seconds')).toBeGreaterThan(1)
  const due = ((performance.now() - continuedAt) / 1_000) * 50
  expect(arrived - before).toBeLessThan(due + 50) // what was missed is not made up for in a burst of 100
  expect(await child.stop()).toBe(0)
})

test('whoever fails to buy asks support, and not whoever is refused', async () => {
  let status = 409
  const topics: string[] = []
  const fake = await startFake((request, response) => {
    const body: Buffer[] = []
    request.on('data', (chunk: Buffer) => body.push(chunk))
    request.on('end', () => {
      if (request.url !== '/api/v1/support/inquiries') return void response.writeHead(status).end()
      topics.push(JSON.parse(Buffer.concat(body).toString()).topic)
      response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
    })
  })
  const { child, metric } = await startTraffic(fake.url, { JOURNEYS_PER_SECOND: '50', JOURNEY_SHARES: 'order=1' })
  const ended = (outcome: string) => metric('traffic_journeys_total', { journey: 'order', outcome })
  await until('30 are refused', async () => (await ended('rejected')) >= 30)
  expect(topics).toEqual([])
  status = 503
  const asked = () => metric('traffic_requests_total', { step: 'support_inquire', outcome: 'success' })
  await until('80 have asked', async () => (await asked()) >= 80, 20_000) // of fewer it may be three quarters by chance
  expect(new Set(topics)).toEqual(new Set(['order']))
  const ratio = (await asked()) / (await ended('failed'))
  expect(ratio).toBeGreaterThan(0.25)
  expect(ratio).toBeLessThan(0.75)
  expect(await child.stop()).toBe(0)
})

test('who has to wait asks for the place in line until it is his turn, and leaves the line when nothing is to be had', async () => {
  const calls: string[] = []
  const fake = await startFake((request, response) => {
    calls.push(`${request.method} ${request.url?.replace(/\d+/g, 'N')} ${request.headers['queue-token'] ?? '-'}`)
    const asked = calls.filter((call) => call.startsWith('GET /api/vN/queue')).length
    const status = request.method === 'POST' || asked < 2 ? 'waiting' : 'admitted'
    const place = {
      token: 'a-token',
      status,
      position: 3,
      expiresAt: new Date(Date.now() + 60_000),
      estimatedWaitSeconds: 1,
    }
    if (request.method === 'DELETE') response.writeHead(204).end()
    else response.end(JSON.stringify(request.url?.includes('queue') ? place : []))
  })
  const shares = { JOURNEYS_PER_SECOND: '0.01', JOURNEY_SHARES: 'tickets=1' }
  const { child, metric } = await startTraffic(fake.url, shares)
  await until(
    'the visitor has left',
    async () => (await metric('traffic_journeys_total', { outcome: 'success' })) === 1,
  )
  expect(calls).toEqual([
    'POST /api/vN/queue/users/N -',
    'GET /api/vN/queue/users/N a-token',
    'GET /api/vN/queue/users/N a-token',
    'GET /api/vN/concerts a-token',
    'DELETE /api/vN/queue/users/N a-token',
  ])
  expect(await child.stop()).toBe(0)
})

test('a connection that is closed under a request is no answer: it is sent once more, with the same key', async () => {
  const keys: string[] = []
  const fake = await startFake((request, response) => {
    keys.push(String(request.headers['idempotency-key']))
    if (keys.length === 1) request.socket.resetAndDestroy()
    else response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
  })
  const shares = { JOURNEYS_PER_SECOND: '0.01', JOURNEY_SHARES: 'support=1' }
  const { child, metric } = await startTraffic(fake.url, shares)
  await until('it is answered', async () => (await metric('traffic_requests_total', { outcome: 'success' })) === 1)
  expect(keys).toHaveLength(2)
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(keys[1]).toBe(keys[0])
  expect(await metric('traffic_requests_total', { outcome: 'failed' })).toBe(0)
  expect(await child.stop()).toBe(0)
})

test.each(['browse', 'browse=1,sofa=2', 'order=0', 'browse=-1'])(
  'shares that are wrong are refused: %s',
  async (shares) => {
    const env = { PATH: process.env.PATH, TARGET_URL: 'http://127.0.0.1:9', OPS_PORT: '0', JOURNEY_SHARES: shares }
    const child = new Child(process.execPath, [TRAFFIC_MAIN], { env })
    expect(await child.exit()).toBe(2)
    expect(child.stderr).toContain('JOURNEY_SHARES')
  },
)
