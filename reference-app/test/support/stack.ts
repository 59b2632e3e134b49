import { Api } from './api.ts'
import { type Postgres, startPreparedPostgres } from './postgres.ts'
import { RedisServer } from './redis.ts'

/** One API on its own Postgres, with a primary and a standby Redis that do not know each other. */
export interface Stack {
  postgres: Postgres
  primary: RedisServer
  standby: RedisServer
  api: Api
  remove(): Promise<void>
}

/** `env`: beyond what the API needs. */
export async function startStack(env: Record<string, string> = {}): Promise<Stack> {
  const [postgres, primary, standby] = await Promise.all([
    startPreparedPostgres(),
    RedisServer.start(),
    RedisServer.start(),
  ])
  const api = await Api.start({ databaseUrl: postgres.url, primaryUrl: primary.url, standbyUrl: standby.url, env })
  const remove = async () => {
    await api.stop()
    await Promise.all([postgres.remove(), primary.remove(), standby.remove()])
  }
  return { postgres, primary, standby, api, remove }
}
