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
const CAPACITY_SECONDS = 8
const GOALS = { goodput: 0.8, normalWithinSeconds: 5 }
/** What users are promised while all is well: the p99 of the catalogue. Milliseconds. */
const NORMAL_P99_MS = 500

/** Two instances on this machine under three times the load that they can carry. Capacity and goodput come from one run, so their ratio counts. */
export async function run(progress: (text: string) => void): Promise<Row[]> {
  pin(process.pid, 0) // what is started from here on stays there
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const env = { OTEL_TRACES_SAMPLER: 'always_off', LOG_LEVEL: 'warn' }
  const options = { databaseUrl: postgres.url, primaryUrl: redis.url }
  const apis = await Promise.all(
    ['api-1', 'api-2'].map((instance) => Api.start({ ...options, instance, env: { ...env, LOG_LEVEL: 'info' } })),
  )
  const [first] = apis
  if (first === undefined) throw new Error('there is no instance')
  const next = await errands(first)
  pin(process.pid, 1)
  const crowd = new Crowd(
    apis.map(({ url }) => Number(new URL(url).port)),
    next,
  )
  try {
    await crowd.queueUp(2_000, 2) // opens the connections
    await crowd.queueUp(128, 3) // warm
    const full = await crowd.queueUp(128, CAPACITY_SECONDS)
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
    const share = (name: (typeof CLASSES)[number]) => crowded.byClass[name].good / crowded.byClass[name].count
    const ratio = crowded.goodPerSecond / full.goodPerSecond
    const shares = CLASSES.map((name) => `${name} ${percent(share(name))}`).join(', ')
    return [
      {
        figure: `goodput at ${TIMES}x overload for ${OVERLOAD_SECONDS} s`,
        measured: `${percent(ratio)} of ${full.goodPerSecond.toFixed(0)}/s`,
        goal: `>= ${percent(GOALS.goodput)} of capacity`,
        reached: ratio >= GOALS.goodput,
      },
      {
        figure: 'payments shed last',
        measured: shares,
        goal: 'payment > purchase > browse',
        reached: share('payment') >= share('purchase') && share('purchase') > share('browse') && share('payment') > 0.9,
      },
      {
        figure: 'normal after the overload',
        measured: normalAfter >= AFTER_SECONDS ? `not within ${AFTER_SECONDS} s` : `within ${normalAfter + 1} s`,
        goal: `within ${GOALS.normalWithinSeconds} s`,
        reached: normalAfter + 1 <= GOALS.normalWithinSeconds,
      },
    ]
  } finally {
    crowd.leave()
    await Promise.all(apis.map((api) => api.stop()))
    await Promise.all([postgres.remove(), redis.remove()])
  }
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
