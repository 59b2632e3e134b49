import type { Redis } from 'ioredis'
import { type ConnectionEvents, RedisConnection, type WaitPolicy } from './redis-connection.ts'

/** The server answered and is a replica: it can be read, not written. */
export class CacheReadOnlyError extends Error {
  constructor() {
    super('the cache is a read-only replica')
    this.name = 'CacheReadOnlyError'
  }
}

/** Keys that one step of a scan visits: well below a millisecond of the server. */
const SCAN_BATCH = 500

const PROBE_KEY = 'drillbook:probe'
const PROBE_LIFETIME_MS = 10_000

/** The commands of a cache on one connection. They reject as that does, or with CacheReadOnlyError. */
export class CacheConnection {
  private readonly connection: RedisConnection
  /** Where the last clearing came to that did not get to the end. */
  private clearing: { prefix: string; cursor: string } | undefined

  constructor(url: string, events: ConnectionEvents) {
    this.connection = new RedisConnection(url, events)
  }

  get(key: string, waitPolicy: WaitPolicy): Promise<string | null> {
    return this.connection.call('GET', waitPolicy, (redis) => redis.get(key))
  }

  async set(key: string, text: string, lifetimeMs: number, waitPolicy: WaitPolicy): Promise<void> {
    await this.change('SET', waitPolicy, (redis) => redis.set(key, text, 'PX', lifetimeMs))
  }

  async del(key: string, waitPolicy: WaitPolicy): Promise<void> {
    await this.change('DEL', waitPolicy, (redis) => redis.del(key))
  }

  /**
   * Removes copies whose key begins with `prefix`, a scan's batch at a time, so that other commands are not held up.
   * Ends early (not complete) after `withinMs`: called again with the same prefix it goes on from there. `waitPolicy`
   * is for each step.
   */
  async clear(
    prefix: string,
    waitPolicy: WaitPolicy,
    withinMs: number,
  ): Promise<{ removed: number; complete: boolean }> {
    const until = performance.now() + withinMs
    const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`
    let [cursor, removed] = [this.clearing?.prefix === prefix ? this.clearing.cursor : '0', 0]
    this.clearing = undefined
    do {
      const scan = (redis: Redis) => redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_BATCH)
      const [next, keys] = await this.connection.call('SCAN', waitPolicy, scan)
      if (keys.length > 0) {
        await this.change('UNLINK', waitPolicy, async (redis) => {
          removed += await redis.unlink(...keys)
        })
      }
      cursor = next
    } while (cursor !== '0' && performance.now() < until)
    if (cursor !== '0') this.clearing = { prefix, cursor }
    return { removed, complete: cursor === '0' }
  }

  /** Rejects unless the server takes a write now. */
  async probeWrite(waitPolicy: WaitPolicy): Promise<void> {
    await this.set(PROBE_KEY, '1', PROBE_LIFETIME_MS, waitPolicy)
  }

  /** Rejects unless the server answers a read now. */
  async probeRead(waitPolicy: WaitPolicy): Promise<void> {
    await this.get(PROBE_KEY, waitPolicy)
  }

  /** For good. */
  close(): void {
    this.connection.close()
  }

  private async change(name: string, waitPolicy: WaitPolicy, send: (redis: Redis) => Promise<unknown>): Promise<void> {
    try {
      await this.connection.call(name, waitPolicy, send)
    } catch (error) {
      throw error instanceof Error && error.message.startsWith('READONLY') ? new CacheReadOnlyError() : error
    }
  }
}
