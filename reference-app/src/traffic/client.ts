import { Agent, request } from 'undici'
import type { z } from 'zod'

/** As the caller sees it: 2xx with the promised shape · 4xx · everything else, time-outs and broken connections included. */
export type ClientOutcome = 'success' | 'rejected' | 'failed'

export interface Extras {
  headers?: Record<string, string>
  /** Becomes the body. Absent: no body. */
  json?: unknown
}

export type CountRequest = (outcome: ClientOutcome, durationSeconds: number) => void

/** A user's browser: its own connections, one deadline for each request, from the start to the last byte. */
export class Client {
  private readonly agent: Agent
  private readonly url: string
  private readonly deadlineMs: number
  private readonly count: CountRequest

  constructor(url: string, deadlineMs: number, count: CountRequest) {
    this.url = url.replace(/\/$/, '')
    this.deadlineMs = deadlineMs
    this.count = count
    // No limit on connections: a limit would make arrivals wait for answers.
    this.agent = new Agent({
      connections: null,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      connect: { timeout: deadlineMs },
    })
  }

  /** The parsed body of a success, else undefined. Never rejects. */
  async request<T>(
    method: 'GET' | 'POST',
    path: string,
    shape: z.ZodType<T>,
    extras: Extras = {},
  ): Promise<T | undefined> {
    const startedAt = performance.now()
    const answer = await this.send(method, path, shape, extras)
    this.count(answer.outcome, (performance.now() - startedAt) / 1000)
    return answer.body
  }

  /** Cuts what is in flight. */
  async close(): Promise<void> {
    await this.agent.destroy()
  }

  private async send<T>(
    method: 'GET' | 'POST',
    path: string,
    shape: z.ZodType<T>,
    { headers = {}, json }: Extras,
  ): Promise<{ outcome: ClientOutcome; body?: T }> {
    try {
      const signal = AbortSignal.timeout(this.deadlineMs)
      const response = await request(this.url + path, {
        method,
        headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: json === undefined ? null : JSON.stringify(json),
        dispatcher: this.agent,
        signal,
      })
      if (response.statusCode >= 300) {
        await response.body.dump()
        return { outcome: response.statusCode >= 400 && response.statusCode < 500 ? 'rejected' : 'failed' }
      }
      const parsed = shape.safeParse(await response.body.json())
      return parsed.success ? { outcome: 'success', body: parsed.data } : { outcome: 'failed' }
    } catch {
      return { outcome: 'failed' } // time-out, refused, reset, half an answer: all the same to the user
    }
  }
}
