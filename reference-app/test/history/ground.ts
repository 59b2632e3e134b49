import { Postgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'

/** What several runs share, one after the other: starting it takes longer than most of them. */
export interface Ground {
  postgres: Postgres
  redis: RedisServer
  /** The waiting room's. */
  queue: RedisServer
  remove(): Promise<void>
}

export async function startGround(): Promise<Ground> {
  const [postgres, redis, queue] = await Promise.all([
    Postgres.start(),
    RedisServer.start(),
    RedisServer.start({ persistent: true }),
  ])
  return {
    postgres,
    redis,
    queue,
    remove: async () => {
      await Promise.all([postgres.remove(), redis.remove(), queue.remove()])
    },
  }
}
