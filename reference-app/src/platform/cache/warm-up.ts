import { Problem } from '../problem/problem.ts'
import type { Cache } from './cache.ts'

/** One thing to be copied into the cache. */
export interface Copy {
  key: string
  load: () => Promise<unknown>
}

/** `total` is 0 until the first run has counted what there is. */
export interface WarmUpProgress {
  state: 'idle' | 'running' | 'done' | 'failed'
  done: number
  total: number
}

/** Loads at once: fewer than the pool has connections (10), so that users keep theirs. */
const WORKERS = 4

/** Copies everything from Postgres into the current source, one run at a time. */
export class WarmUp {
  private readonly cache: Cache
  private current: WarmUpProgress = { state: 'idle', done: 0, total: 0 }

  constructor(cache: Cache) {
    this.cache = cache
  }

  get progress(): WarmUpProgress {
    return { ...this.current }
  }

  /** Resolves when all is copied. Throws `warm_up_running`, or `warm_up_failed` at the first copy that fails. */
  async run(plan: () => Promise<Copy[]>): Promise<WarmUpProgress> {
    if (this.current.state === 'running') {
      throw new Problem('warm_up_running', `It is at ${this.current.done} of ${this.current.total}.`)
    }
    this.current = { state: 'running', done: 0, total: 0 }
    try {
      const copies = await plan()
      this.current.total = copies.length
      const queue = copies.values()
      await Promise.all(Array.from({ length: WORKERS }, () => this.work(queue)))
    } catch (error) {
      this.current.state = 'failed'
      const reason = error instanceof Error ? error.message : String(error)
      throw new Problem('warm_up_failed', `Stopped at ${this.current.done} of ${this.current.total}: ${reason}.`, {
        cause: error,
      })
    }
    this.current.state = 'done'
    return this.progress
  }

  private async work(queue: Iterable<Copy>): Promise<void> {
    for (const copy of queue) {
      if (this.current.state === 'failed') return // another worker met the end
      await this.cache.refresh(copy.key, await copy.load())
      this.current.done += 1
    }
  }
}
