import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { Api } from '../../reference-app/test/support/api.ts'
import { Child } from '../../reference-app/test/support/child.ts'
import { type Postgres, startPreparedPostgres } from '../../reference-app/test/support/postgres.ts'
import { RedisServer } from '../../reference-app/test/support/redis.ts'
import { freePort, scratchFolder } from '../../reference-app/test/support/scratch.ts'
import { until } from '../../reference-app/test/support/until.ts'
import type { Row } from './row.ts'
import { Steady } from './steady.ts'

const PER_SECOND = 300
/** Of quiet load before and after, so that connections are kept and what comes late is seen. Milliseconds. */
const BEFORE_MS = 2_000
const AFTER_MS = 2_000
/** An instance that is stopped once is luck. */
const STOPS = 3
const NGINX = new URL('../../lab/nginx.conf', import.meta.url)

export async function run(progress: (text: string) => void): Promise<Row[]> {
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const start = (instance: string, port = 0) => {
    const env = { PORT: String(port) }
    return Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, instance, env })
  }
  try {
    return [await stopUnderLoad(progress, postgres, start), await rollingRestart(progress, start)]
  } finally {
    await Promise.all([postgres.remove(), redis.remove()])
  }
}

type Start = (instance: string, port?: number) => Promise<Api>

/** Clients that talk to the instance itself, on kept connections, and never look whether it is ready. */
async function stopUnderLoad(progress: (text: string) => void, postgres: Postgres, start: Start): Promise<Row> {
  const sum = { reset: 0, lost: 0, answered: 0, exits: new Set<number | null>() }
  for (let round = 1; round <= STOPS; round += 1) {
    const api = await start(`api-${round}`)
    const user = 5_000 + round
    const load = new Steady(Number(new URL(api.url).port), PER_SECOND, user)
    await pause(BEFORE_MS)
    const stoppedAt = performance.now()
    api.child.signal('SIGTERM')
    const exit = await api.child.exit()
    const tookMs = performance.now() - stoppedAt
    const { endings, recharged } = await load.stop()
    const [row] = await postgres.query<{ amount: string }>(`select amount from balance where user_id = ${user}`)
    // Refused: there was no connection, so nothing was sent and nothing is lost; such a client goes to another instance.
    const { answered = 0, reset = 0, hung_up = 0, late = 0 } = endings
    const missing = recharged - Number(row?.amount ?? 0)
    progress(
      `stop ${round}: exit ${exit} after ${tookMs.toFixed(0)} ms; ${JSON.stringify(endings)}; ${recharged} recharges acknowledged, ${missing} missing`,
    )
    sum.reset += reset
    sum.lost += hung_up + late + Math.max(0, missing)
    sum.answered += answered
    sum.exits.add(exit)
    await api.stop()
  }
  const exits = [...sum.exits].join(', ')
  return {
    figure: `SIGTERM under ${PER_SECOND}/s, ${STOPS} times`,
    measured: `${sum.reset} resets, ${sum.lost} lost of ${sum.answered}, exit ${exits}`,
    goal: '0 resets, 0 lost, exit 0',
    reached: sum.reset === 0 && sum.lost === 0 && exits === '0',
  }
}

/** Two instances behind the lab's gateway, restarted one after the other. */
async function rollingRestart(progress: (text: string) => void, start: Start): Promise<Row> {
  const ports = [await freePort(), await freePort(), await freePort()]
  const [first = 0, second = 0, gateway = 0] = ports
  const apis = await Promise.all([start('api-1', first), start('api-2', second)])
  const nginx = await startNginx(gateway, [first, second])
  const load = new Steady(gateway, PER_SECOND, 6_000)
  try {
    await pause(BEFORE_MS)
    for (const [i, port] of [first, second].entries()) {
      const exit = await (apis[i] as Api).stop()
      progress(`api-${i + 1}: exit ${exit}; it starts again`)
      apis[i] = await start(`api-${i + 1}`, port)
      await pause(AFTER_MS)
    }
    const { endings, statuses } = await load.stop()
    const { answered = 0, ...failed } = endings
    const count = Object.values(failed).reduce((total, n) => total + n, 0)
    progress(`rolling restart: ${JSON.stringify(endings)} ${JSON.stringify(statuses)}`)
    return {
      figure: `rolling restart of two instances under ${PER_SECOND}/s`,
      measured: `${count} failed of ${answered + count}`,
      goal: '0 failed',
      reached: count === 0,
    }
  } finally {
    await load.stop()
    await nginx.stop()
    await Promise.all(apis.map((api) => api.stop()))
  }
}

/** The lab's own configuration, for these instances. */
async function startNginx(gateway: number, instances: number[]): Promise<{ stop(): Promise<void> }> {
  const folder = scratchFolder()
  await Promise.all(['run', 'nginx/closed'].map((name) => mkdir(join(folder.path, name), { recursive: true })))
  const values: Record<string, string> = {
    'nginx.user': userInfo().uid === 0 ? 'user root;' : '',
    'port.gateway': String(gateway),
    lab: folder.path,
  }
  const servers = instances.map((port) => `server 127.0.0.1:${port} max_fails=3 fail_timeout=2s;\n`)
  writeFileSync(join(folder.path, 'nginx/instances.conf'), servers.join(''))
  const file = join(folder.path, 'nginx.conf')
  const text = readFileSync(NGINX, 'utf8').replaceAll(/\$\{([\w.-]+)\}/g, (whole, name) => values[name] ?? whole)
  writeFileSync(file, text)
  const child = new Child('nginx', ['-c', file, '-p', folder.path, '-g', 'daemon off;'])
  await until('nginx answers', async () => {
    if (!child.running) throw new Error(child.stderr)
    return (await fetch(`http://127.0.0.1:${gateway}/healthz`)).ok
  })
  return {
    stop: async () => {
      await child.stop('SIGTERM')
      folder.remove()
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
