import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

/** Lua that Redis runs as one atomic step: the named files of `scripts/`, one after the other. */
export class Script {
  private readonly lua: string
  private readonly sha: string

  constructor(...names: string[]) {
    this.lua = names.map((name) => readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8')).join('\n')
    this.sha = createHash('sha1').update(this.lua).digest('hex')
  }

  /** By its hash; a server that does not know it yet is sent the text. */
  async run(redis: Redis, args: (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, 0, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await redis.eval(this.lua, 0, ...args)
    }
  }
}
