import { Api } from './api.ts'
import { type Postgres, startPreparedPostgres } from './postgres.ts'
import { RedisServer } from './redis.ts'
import { until } from './until.ts'

/** What GET /state says, as far as the tests ask. */
export interface State {
  cache: { source: string; bypass: boolean }
  banner: { message: string } | null
  /** The newest that the instance has seen; it follows a moment later. */
  desired: { version: number }
  /** By name, with the version that the instance has followed. */
  settings: Record<string, { version: number }>
  pending: string[]
  failed: Record<string, string>
}

type DesiredRow = Pick<State, 'settings'> & State['desired']

export interface AuditRow extends Record<string, unknown> {
  actor: string
  instance: string
  before: unknown
  after: unknown
}

/** Two instances that share a Postgres, and what operators ask of them. */
export class Pair {
  readonly postgres: Postgres
  readonly redis: RedisServer
  readonly standby: RedisServer
  readonly a: Api
  readonly b: Api

  private constructor(postgres: Postgres, redis: RedisServer, standby: RedisServer, a: Api, b: Api) {
    this.postgres = postgres
    this.redis = redis
    this.standby = standby
    this.a = a
    this.b = b
  }

  static async start(): Promise<Pair> {
    const [postgres, redis, standby] = await Promise.all([
      startPreparedPostgres(),
      RedisServer.start(),
      RedisServer.start(),
    ])
    const start = (instance: string) =>
      Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, standbyUrl: standby.url, instance })
    const [a, b] = await Promise.all([start('api-a'), start('api-b')])
    return new Pair(postgres, redis, standby, a, b)
  }

  /** One more instance. */
  async third(standbyUrl = this.standby.url): Promise<Api> {
    const { postgres, redis } = this
    return await Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, standbyUrl, instance: 'api-c' })
  }

  async rows(action: string): Promise<AuditRow[]> {
    return await this.postgres.query<AuditRow>(
      `select actor, instance, before, after from operations_audit where action = '${action}' order by at, written`,
    )
  }

  /** Nothing is pending anywhere, and both have seen the newest state and followed it. */
  async agreed(): Promise<void> {
    await until('both instances agree with Postgres', async () => {
      const [row] = await this.postgres.query<DesiredRow>('select version::int, settings from operations_desired')
      const both = await Promise.all([state(this.a), state(this.b)])
      const wanted = Object.entries(row?.settings ?? {})
      return both.every(
        ({ pending, desired, settings }) =>
          pending.length === 0 &&
          desired.version === row?.version &&
          wanted.every(([name, { version }]) => settings[name]?.version === version),
      )
    })
  }

  /** As nobody had changed anything. */
  async reset(): Promise<void> {
    await this.agreed()
    await say(this.a, null)
    await put(this.a, '/cache/bypass', { bypass: false })
    await put(this.a, '/cache/source', { source: 'primary' })
    await this.agreed()
  }

  async remove(): Promise<void> {
    await Promise.all([this.a.stop(), this.b.stop()])
    await Promise.all([this.postgres.remove(), this.redis.remove(), this.standby.remove()])
  }
}

export const state = async (api: Api) => (await api.ops('GET', '/state')).body as State
export const put = (api: Api, path: string, body: object) => api.ops('PUT', path, body)
export const say = (api: Api, message: string | null) => put(api, '/banner', { message })
export const banner = async (api: Api) => (await state(api)).banner?.message ?? null

export async function shows(api: Api, message: string | null, withinMs = 20_000): Promise<void> {
  await until(`${message} is shown`, async () => (await banner(api)) === message, withinMs)
}
