/**
 * The rush of the coupon report: 1,000 users at once for 1,200 coupons, of whom 55 got no answer there and the others waited for 22 s. Two API
 * processes in turn, without a proxy; the users are in this process, each with a connection of its own, on the same machine.
 */
import { setTimeout } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { Api } from '../../reference-app/test/support/api.ts'
import { type Postgres, startPreparedPostgres } from '../../reference-app/test/support/postgres.ts'
import { RedisServer } from '../../reference-app/test/support/redis.ts'
import { until } from '../../reference-app/test/support/until.ts'
import type { Row } from './row.ts'

const LIMIT = 1_200
const USERS = 1_000
/** Of the report's system: 58.23 s. Milliseconds. */
const P95_MS = 1_000
const ATTEMPTS = 20_000
/** Attempts that wait for an answer at a time. */
const AT_ONCE = 200
/** Users of another coupon: a rush meets instances that have been at work before, and comes when they have nothing to do. */
const WARM_UP = 1_000
/** Two seconds of calm end a limit that the warm-up brought about, so this is ample. Milliseconds. */
const CALM_LIMIT_MS = 30_000

interface Answered {
  /** 0: none. */
  status: number
  durationMs: number
  /** Of a refusal that asks to come again. Seconds. */
  retryAfter: number | undefined
}

export async function run(progress: (text: string) => void): Promise<Row[]> {
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const start = (instance: string) => Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, instance })
  const apis = await Promise.all([start('api-1'), start('api-2')])
  const agent = new Agent({ connections: null, pipelining: 1 })
  const issue = (couponId: number, userId: number) =>
    ask(agent, `${apis[userId % apis.length]?.url}/api/v1/coupons/${couponId}/issue`, userId)
  try {
    await users(1, WARM_UP, AT_ONCE, (userId) => issue(2, userId))
    await until('both are at rest', () => isCalm(apis), CALM_LIMIT_MS)
    progress(`${USERS} users at once`)
    const rush = await users(1, USERS, USERS, (userId) => issue(1, userId))
    progress(`${ATTEMPTS} attempts, ${AT_ONCE} at a time`)
    // So many at a time for seconds are a standing queue, of which an instance may turn some away. They come again when they were told to.
    let turnedAway = 0
    const comes = async (userId: number): Promise<Answered> => {
      const answered = await issue(1, userId)
      if (answered.status !== 503 || answered.retryAfter === undefined) return answered
      turnedAway += 1
      await setTimeout(answered.retryAfter * 1_000)
      return await comes(userId)
    }
    const all = await users(1, ATTEMPTS, AT_ONCE, comes)
    return [...rowsOfRush(rush), await rowOfRows(postgres, all, turnedAway)]
  } finally {
    await agent.close()
    await Promise.all(apis.map((api) => api.stop()))
    await Promise.all([postgres.remove(), redis.remove()])
  }
}

async function isCalm(apis: Api[]): Promise<boolean> {
  const figures = apis.flatMap((api) =>
    ['http_server_concurrency_limit', 'http_server_sojourn_seconds'].map((name) => api.metric(name)),
  )
  return (await Promise.all(figures)).every((figure) => figure === 0)
}

function rowsOfRush(rush: Answered[]): Row[] {
  const issued = rush.filter(({ status }) => status === 201).length
  const durations = rush.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b)
  const p95 = durations[Math.ceil(durations.length * 0.95) - 1] ?? Number.NaN
  const figure = `coupons: ${count(USERS)} users at once`
  return [
    {
      figure: `${figure}, answered`,
      measured: `${count(issued)} issued, ${rush.length - issued} failed`,
      goal: `${count(USERS)} issued, 0 failed`,
      reached: issued === USERS,
    },
    {
      figure: `${figure}, p95`,
      measured: `${Math.round(p95)} ms`,
      goal: `< ${count(P95_MS)} ms`,
      reached: p95 < P95_MS,
    },
  ]
}

async function rowOfRows(postgres: Postgres, all: Answered[], turnedAway: number): Promise<Row> {
  const [row] = await postgres.query<{ rows: number; users: number; counted: number }>(`
    select count(*)::integer as rows, count(distinct user_id)::integer as users,
      (select issued from coupon where id = 1) as counted
    from coupon_issue where coupon_id = 1`)
  const failed = all.filter(({ status }) => status !== 201 && status !== 409).length
  return {
    figure: `coupons: rows after ${count(ATTEMPTS)} attempts`,
    measured: `${count(row?.rows ?? 0)} of ${count(row?.users ?? 0)} users, ${failed} failed, ${count(turnedAway)} came again`,
    goal: `${count(LIMIT)} of ${count(LIMIT)} users, 0 failed`,
    reached: row?.rows === LIMIT && row.users === LIMIT && row.counted === LIMIT && failed === 0,
  }
}

/** `total` users from `first`, `atOnce` of them waiting for their answer at a time. */
async function users(
  first: number,
  total: number,
  atOnce: number,
  ask: (userId: number) => Promise<Answered>,
): Promise<Answered[]> {
  const answered: Answered[] = []
  let next = first
  const one = async () => {
    while (next < first + total) answered.push(await ask(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return answered
}

async function ask(agent: Agent, url: string, userId: number): Promise<Answered> {
  const startedAt = performance.now()
  try {
    const signal = AbortSignal.timeout(60_000)
    const response = await request(url, { dispatcher: agent, method: 'POST', body: JSON.stringify({ userId }), signal })
    await response.body.dump()
    const retryAfter = Number(response.headers['retry-after'] ?? Number.NaN)
    return {
      status: response.statusCode,
      durationMs: performance.now() - startedAt,
      retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
    }
  } catch {
    return { status: 0, durationMs: performance.now() - startedAt, retryAfter: undefined } // no answer: it counts as failed
  }
}

const count = (number: number) => number.toLocaleString('en')
