import { describe, expect, test } from '@jest/globals'
import type { Reply } from './support/api.ts'
import { shareStack, stack, token } from './support/shared-stack.ts'
import { until } from './support/until.ts'

shareStack()

const get = (path: string, headers: Record<string, string> = { 'queue-token': token }) =>
  stack.api.call(`/api/v1${path}`, { headers })

const rows = ({ body }: Reply) => body as { id: number; available: boolean; startsAt?: string; number?: number }[]

function expectProblem({ status, headers, body }: Reply, wantedStatus: number, code: string): void {
  expect(body).toEqual({
    type: `urn:drillbook:problem:${code}`,
    title: expect.any(String),
    status: wantedStatus,
    detail: expect.any(String),
    code,
  })
  expect(status).toBe(wantedStatus)
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
}

const outcomes = (operation: string, outcome: string, reason = '') =>
  stack.api.metric('operation_outcomes_total', { operation, outcome, reason })

/** Asks until there was one more: a lookup that a busy machine makes too late for the cache is neither. */
async function lookedUp(result: 'hit' | 'miss', before: number, path: string): Promise<void> {
  await until(`a ${result}`, async () => {
    if ((await stack.api.lookups(result)) > before) return true
    expect((await get(path)).status).toBe(200)
    return false
  })
}

describe('the catalogue', () => {
  test('joining the queue admits a user at once and gives a token that expires', async () => {
    const { status, body } = await stack.api.call('/api/v1/queue/users/42', { method: 'POST' })
    expect(status).toBe(200)
    const turn = { status: 'admitted', position: 0, estimatedWaitSeconds: 0 }
    expect(body).toEqual({ ...turn, token: expect.any(String), expiresAt: expect.any(String) })
    expect(Date.parse((body as { expiresAt: string }).expiresAt)).toBeGreaterThan(Date.now())
  })

  test('holds 5 concerts, 28 schedules and 672 seats, 24 in each schedule, with ids that are unique over all', async () => {
    const concerts = rows(await get('/concerts'))
    expect(concerts.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
    expect(concerts.every(({ available }) => available)).toBe(true)

    const schedules = new Set<number>()
    const seats = new Set<number>()
    for (const concert of concerts) {
      for (const schedule of rows(await get(`/concerts/${concert.id}/schedules`))) {
        expect(schedule).toMatchObject({ available: true, startsAt: expect.stringMatching(/Z$/) })
        schedules.add(schedule.id)
        const map = rows(await get(`/concerts/${concert.id}/schedules/${schedule.id}/seats`))
        expect(map.map(({ number }) => number)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
        for (const seat of map) seats.add(seat.id)
      }
    }
    expect([schedules.size, seats.size]).toEqual([28, 672])
  })

  test('answers the same from the cache as from Postgres, and counts one lookup for each request', async () => {
    const before = await stack.api.lookups()
    const hitsBefore = await stack.api.lookups('hit')
    const first = await get('/concerts/3/schedules/3/seats')
    const second = await get('/concerts/3/schedules/3/seats')
    expect(second.body).toEqual(first.body)
    expect(await stack.api.lookups()).toBe(before + 2)
    await lookedUp('hit', hitsBefore, '/concerts/3/schedules/3/seats')
  })

  test('a copy in the cache that nobody can read is a miss and is mended', async () => {
    const key = 'catalogue:concert:2:schedules'
    await stack.primary.use((redis) => redis.set(key, 'not an entry'))
    const [missesBefore, hitsBefore] = [await stack.api.lookups('miss'), await stack.api.lookups('hit')]
    await lookedUp('miss', missesBefore, '/concerts/2/schedules')
    expect(await stack.api.lookups('hit')).toBe(hitsBefore)
    await lookedUp('hit', hitsBefore, '/concerts/2/schedules')
    expect(await stack.api.lookups('miss')).toBe(missesBefore + 1)
  })
})

describe('refusals are problems with a stable code, counted once as rejected', () => {
  test.each([
    { path: '/concerts/999/schedules', status: 404, code: 'concert_not_found', operation: 'schedule_list' },
    { path: '/concerts/1/schedules/999/seats', status: 404, code: 'schedule_not_found', operation: 'seat_map' },
    { path: '/concerts/2/schedules/1/seats', status: 404, code: 'schedule_not_found', operation: 'seat_map' },
    { path: '/concerts/abc/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/0/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/-1/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/1.5/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/2147483648/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/%ZZ/schedules', status: 400, code: 'invalid_request', operation: 'schedule_list' },
    { path: '/concerts/1/schedules/1%20or%201/seats', status: 400, code: 'invalid_request', operation: 'seat_map' },
  ])('GET $path is $status $code', async ({ path, status, code, operation }) => {
    const before = await outcomes(operation, 'rejected', code)
    const all = await stack.api.metric('operation_outcomes_total')
    expectProblem(await get(path), status, code)
    expect(await outcomes(operation, 'rejected', code)).toBe(before + 1)
    expect(await stack.api.metric('operation_outcomes_total')).toBe(all + 1)
  })

  test('an unknown path and a method that is not there count under no operation', async () => {
    const all = await stack.api.metric('operation_outcomes_total')
    expectProblem(await get('/nothing'), 404, 'route_not_found')
    const wrongMethod = await stack.api.call('/api/v1/concerts', { method: 'DELETE' })
    expectProblem(wrongMethod, 405, 'method_not_allowed')
    expect(wrongMethod.headers.get('allow')).toBe('GET, HEAD')
    expect(await stack.api.metric('operation_outcomes_total')).toBe(all)
  })

  test('a body that is too large and a body that is no JSON are refused', async () => {
    const before = await outcomes('queue_join', 'rejected', 'body_too_large')
    const post = (body: string) => stack.api.call('/api/v1/queue/users/1', { method: 'POST', body })
    expectProblem(await post(JSON.stringify('x'.repeat(65 * 1024))), 413, 'body_too_large')
    expectProblem(await post('{"half":'), 400, 'invalid_json')
    expect(await outcomes('queue_join', 'rejected', 'body_too_large')).toBe(before + 1)
  })

  test('nothing of all this was counted as a failure', async () => {
    expect(await stack.api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
    expect(await stack.api.metric('log_events_total', { level: 'error' })).toBe(0)
  })
})
