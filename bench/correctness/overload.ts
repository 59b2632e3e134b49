import { spawnSync } from 'node:child_process'
import { Api } from '../../reference-app/test/support/api.ts'
import { startPreparedPostgres } from '../../reference-app/test/support/postgres.ts'
import { RedisServer } from '../../reference-app/test/support/redis.ts'
import { Crowd, type Served } from './crowd.ts'
import type { Row } from './row.ts'
import { CLASSES, errands } from './visitors.ts'

/** Several times what the machine can do, for so long; then half of it. */
const TIMES = 3
const OVERLOAD_SECONDS = Number(process.env.BENCH_OVERLOAD_SECONDS ?? 60)
const AFTER_SECONDS = 10
/** At a time, while the capacity is measured: enough for a full processor, too few for a queue that stands. */
const AT_ONCE = 32
const CAPACITY_SECONDS = 8
const GOALS = { goodput: 0.8, payments: 0.9, normalWithinSeconds: 5 }
/** What users are promised while all is well: the p99 of the catalogue. Milliseconds. */
const NORMAL_P99_MS = 500
/** More than this, and it was the generator that could not do more. Milliseconds; share of the rate. */
const LAG_LIMIT_MS = 500
const RATE_LEAST = 0.95

/**
 * Two instances on this machine, as they are without further settings (all is traced), under three times the load that they can carry. Capacity and
 * goodput come from one run, so their ratio counts. The mix: 94 % browsing, 4 % purchases (half of them writes), 2 % payments (half of them writes,
 * refused in the end because it was paid before, which counts as served).
 */
export async function run(progress: (text: string) => void): Promise<Row[]> {
  pin(process.pid, 0) // what is started from here on stays there
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const options = { databaseUrl: postgres.url, primaryUrl: redis.url }
  const apis = await Promise.all(['api-1', 'api-2'].map((instance) => Api.start({ ...options, instance })))
  const [first] = apis
  if (first === undefined) throw new Error('there is no instance')
  const next = await errands(first)
  pin(process.pid, 1)
  const crowd = new Crowd(
    apis.map(({ url }) => Number(new URL(url).port)),
    next,
  )
  try {
    await crowd.queueUp(AT_ONCE, 1) // opens the connections
    await crowd.queueUp(AT_ONCE, 4) // warm
    const full = await crowd.queueUp(AT_ONCE, CAPACITY_SECONDS)
    progress(`capacity: ${describe(full)}`)
    const crowded = await crowd.arrive(TIMES * full.goodPerSecond, OVERLOAD_SECONDS, (second) =>
      progress(describe(second)),
    )
    progress(`overload: ${describe(crowded)}`)
    const limits = await Promise.all(apis.map((api) => api.metric('http_server_concurrency_limit')))
    progress(`limits: ${limits.map((limit) => limit.toFixed(0)).join(', ')}`)
    let normalAfter = AFTER_SECONDS
    let second = 0
    await crowd.arrive(full.goodPerSecond / 2, AFTER_SECONDS, (served) => {
      second += 1
      progress(`after: ${describe(served)}`)
      const normal = served.good / served.count >= 0.999 && served.p99Ms < NORMAL_P99_MS
      normalAfter = normal ? Math.min(normalAfter, second - 1) : AFTER_SECONDS
    })
    const invalid = whyInvalid(full, crowded)
    const share = (name: (typeof CLASSES)[number]) => crowded.byClass[name].good / crowded.byClass[name].count
    const ratio = crowded.goodPerSecond / full.goodPerSecond
    const shares = CLASSES.map((name) => `${name} ${percent(share(name))}`).join(', ')
    const rows: Row[] = [
      {
        figure: `goodput at ${TIMES}x overload for ${OVERLOAD_SECONDS} s`,
        measured: `${percent(ratio)} of ${full.goodPerSecond.toFixed(0)}/s`,
        goal: `>= ${percent(GOALS.goodput)} of capacity`,
        reached: ratio >= GOALS.goodput,
      },
      {
        figure: 'payments shed last',
        measured: shares,
        goal: `payment >= ${percent(GOALS.payments)}, >= purchase >= browse`,
        reached:
          share('payment') >= GOALS.payments &&
          share('payment') >= share('purchase') &&
          share('purchase') >= share('browse'),
      },
      {
        figure: 'normal after the overload',
        measured: normalAfter >= AFTER_SECONDS ? `not within ${AFTER_SECONDS} s` : `within ${normalAfter + 1} s`,
        goal: `within ${GOALS.normalWithinSeconds} s`,
        reached: normalAfter + 1 <= GOALS.normalWithinSeconds,
      },
    ]
    return invalid === undefined ? rows : rows.map((row) => ({ ...row, measured: invalid, reached: false }))
  } finally {
    crowd.leave()
    await Promise.all(apis.map((api) => api.stop()))
    await Promise.all([postgres.remove(), redis.remove()])
  }
}

/** A wrong figure is worse than none. */
function whyInvalid(full: Served, crowded: Served): string | undefined {
  if (full.good < 0.999 * full.count) return 'invalid: refusals while the capacity was measured'
  const rate = crowded.perSecond / (TIMES * full.goodPerSecond)
  if (crowded.lagMs <= LAG_LIMIT_MS && rate >= RATE_LEAST) return undefined
  return `invalid: the generator lagged by ${crowded.lagMs.toFixed(0)} ms, sent ${percent(rate)} of its rate`
}

/** The service has one processor, its visitors another: the more of them there are, the more they would take from it. Where that cannot be had, they share. */
function pin(pid: number, processor: number): void {
  spawnSync('taskset', ['-acp', String(processor), String(pid)])
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

function describe({ perSecond, goodPerSecond, p99Ms, endings, lagMs }: Served): string {
  const rest = Object.entries(endings).map(([ending, count]) => `${ending} ${count}`)
  return `${perSecond.toFixed(0)}/s, good ${goodPerSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(0)} ms, lag ${lagMs.toFixed(0)} ms; ${rest.join(', ')}`
}
