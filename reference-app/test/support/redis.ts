import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Child } from './child.ts'
import { freePort, scratchFolder } from './scratch.ts'
import { START_LIMIT_MS, until } from './until.ts'

/**
 * Never synchronised: it is the process that tests end, not the machine. While Redis waits for a slow disk (`everysec`), what it acknowledges stays in
 * its own memory for up to two seconds, and would be gone with it.
 */
const APPEND_ONLY = ['--appendonly', 'yes', '--appendfsync', 'no', '--maxmemory-policy', 'noeviction']

/** What a replica gets from its primary goes through a file, which is not kept: else it would be there again after a restart. */
const IN_MEMORY = ['--rdb-del-sync-files', 'yes']

/** A Redis of its own, on a free port and in a folder of its own: in memory only, as a cache is, or with an append-only file, as the waiting room's. */
export class RedisServer {
  readonly port: number
  readonly url: string
  private child: Child

  private readonly folder = scratchFolder()
  private readonly persistent: boolean

  private constructor(port: number, persistent: boolean) {
    this.port = port
    this.persistent = persistent
    this.url = `redis://127.0.0.1:${port}`
    this.child = this.spawn()
  }

  static async start({ persistent = false } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), persistent)
    await server.answers()
    return server
  }

  /** Gone: connections are refused. */
  async stop(): Promise<void> {
    await this.child.stop('SIGKILL')
  }

  /** `empty`: as on another machine, without the file. */
  async restart({ empty = false } = {}): Promise<void> {
    await this.stop()
    if (empty && this.persistent) rmSync(join(this.folder.path, 'appendonlydir'), { recursive: true })
    this.child = this.spawn()
    await this.answers()
  }

  /** Accepts connections, answers nothing. */
  hang(): void {
    this.child.signal('SIGSTOP')
  }

  resume(): void {
    this.child.signal('SIGCONT')
  }

  async remove(): Promise<void> {
    await this.child.stop('SIGKILL')
    this.folder.remove()
  }

  /** A short-lived connection of the test itself. */
  async use<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: null, commandTimeout: 10_000 })
    redis.on('error', () => undefined) // reported by the command
    try {
      await redis.connect()
      return await work(redis)
    } finally {
      redis.disconnect()
    }
  }

  private spawn(): Child {
    return new Child('redis-server', [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      this.folder.path,
      ...(this.persistent ? APPEND_ONLY : IN_MEMORY),
    ])
  }

  private async answers(): Promise<void> {
    await until('Redis answers', async () => (await this.use((redis) => redis.ping())) === 'PONG', START_LIMIT_MS)
  }
}
