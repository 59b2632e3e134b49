import { Api } from '../../reference-app/test/support/api.ts'
import { Buyer } from '../../reference-app/test/support/buyer.ts'
import { startPreparedPostgres } from '../../reference-app/test/support/postgres.ts'
import { RedisServer } from '../../reference-app/test/support/redis.ts'
import type { Row } from './row.ts'
import { requestText, Wire } from './wire.ts'

const READERS = 500
const ROUNDS = 10
const DEADLINE_MS = 10_000
const BETWEEN_MS = 1_000
const PATH = '/api/v1/concerts/1/schedules/1/seats'
const KEY = 'catalogue:concert:1:schedule:1:seats'

/** Statements on the table of seats that one process has sent: counted by the process for each statement, whoever caused it. */
const queries = (api: Api) => api.metric('db_client_operation_duration_seconds_count', { db_collection_name: 'seat' })

/** The most wanted copy is gone, and everybody asks at once. */
export async function run(progress: (text: string) => void): Promise<Row[]> {
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const options = { databaseUrl: postgres.url, primaryUrl: redis.url }
  const apis = await Promise.all(['api-1', 'api-2'].map((instance) => Api.start({ ...options, instance })))
  const wires = apis.map(({ url }) => new Wire(Number(new URL(url).port)))
  const text = requestText('GET', PATH, new Buyer(1).headers)
  const everybody = () =>
    Promise.all(Array.from({ length: READERS }, (_, i) => wires[i % wires.length]?.send(text, DEADLINE_MS)))
  try {
    let most = 0
    let unanswered = 0
    await everybody() // opens the connections
    for (let round = 1; round <= ROUNDS; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS)) // ten crowds without a pause would be an overload, and be shed
      const before = await Promise.all(apis.map(queries))
      await redis.use((client) => client.del(KEY))
      const answers = await everybody()
      const after = await Promise.all(apis.map(queries))
      const spent = after.map((count, i) => count - (before[i] ?? 0))
      if (!spent.some((count) => count > 0)) throw new Error('nobody asked Postgres: the key was not expired')
      most = Math.max(most, ...spent)
      unanswered += answers.filter((answer) => answer?.status !== 200).length
      progress(`expiry ${round}: ${spent.join(' and ')} queries`)
    }
    return [
      {
        figure: `hot key expired under ${READERS} readers, ${ROUNDS} times`,
        measured: `at most ${most} query a process, ${unanswered} unanswered`,
        goal: '<= 1 query a process, 0 unanswered',
        reached: most <= 1 && unanswered === 0,
      },
    ]
  } finally {
    for (const wire of wires) wire.close()
    await Promise.all(apis.map((api) => api.stop()))
    await Promise.all([postgres.remove(), redis.remove()])
  }
}
