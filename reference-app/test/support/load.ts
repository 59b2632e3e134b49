import { Agent, request } from 'undici'

/** One request of the load. `status` 0: no answer. Times in milliseconds; `at` is when it was due. */
export interface Shot {
  at: number
  status: number
  durationMs: number
  /** Why there was no answer. */
  failure: string | undefined
}

/** Every valid read of the catalogue: 1 + 5 + 28. */
export const READS = [
  '/api/v1/concerts',
  ...Array.from({ length: 5 }, (_, i) => `/api/v1/concerts/${i + 1}/schedules`),
  ...Array.from({ length: 28 }, (_, i) => `/api/v1/concerts/${1 + (i % 5)}/schedules/${i + 1}/seats`),
]

/** A steady open-model load over all reads, or these paths: request n leaves at its time, whether or not earlier ones were answered. */
export class Load {
  readonly shots: Shot[] = []
  private readonly agent = new Agent({ connections: null, pipelining: 1 })
  private readonly pending = new Set<Promise<void>>()
  private readonly timer: NodeJS.Timeout

  constructor(url: string, queueToken: string, perSecond: number, paths = READS) {
    const startedAt = performance.now()
    let sent = 0
    this.timer = setInterval(() => {
      for (; startedAt + (sent * 1_000) / perSecond <= performance.now(); sent += 1) {
        const at = startedAt + (sent * 1_000) / perSecond
        const shot = this.shoot(url + paths[sent % paths.length], queueToken, at)
        this.pending.add(shot)
        shot.finally(() => this.pending.delete(shot))
      }
    }, 2)
  }

  /** Resolves when the last answer is there. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    await Promise.all(this.pending)
    if (!this.agent.closed) await this.agent.close()
  }

  /** Of the requests that were due in this span: how many, the share answered 2xx, and the 99th percentile. */
  between(from: number, to: number): { count: number; goodRatio: number; p99Ms: number } {
    const shots = this.shots.filter(({ at }) => at >= from && at < to)
    const durations = shots.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
    const good = shots.filter(({ status }) => status >= 200 && status < 300).length
    return {
      count: shots.length,
      goodRatio: good / shots.length,
      p99Ms: durations[Math.ceil(durations.length * 0.99) - 1] ?? Number.NaN,
    }
  }

  private async shoot(url: string, queueToken: string, at: number): Promise<void> {
    let status = 0
    let failure: string | undefined
    try {
      const signal = AbortSignal.timeout(10_000)
      const response = await request(url, { dispatcher: this.agent, headers: { 'queue-token': queueToken }, signal })
      await response.body.dump()
      status = response.statusCode
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    this.shots.push({ at, status, durationMs: performance.now() - at, failure })
  }
}
