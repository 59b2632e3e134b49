import { Agent, type Dispatcher, request } from 'undici'
import { z } from 'zod'

/**
 * As the caller sees it: 2xx with the promised shape · 4xx · everything else, time-outs and broken connections
 * included.
 */
export type ClientOutcome = 'success' | 'rejected' | 'failed'

export interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  headers?: Record<string, string>
  /** Becomes the body. Absent: no body. */
  json?: unknown
}

export interface Reply<T> {
  outcome: ClientOutcome
  /** Absent unless it is a success. */
  body?: T
  /** The problem's code, when it was rejected with one. */
  code?: string | undefined
  durationSeconds: number
}

/** What Node and undici call a connection that the other side closed under a request. */
const RESET = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** A user's browser: its own connections, one deadline for each request, from the start to the last byte. */
export class Client {
  private readonly agent: Agent
  private readonly url: string
  private readonly deadlineMs: number
  private readonly closing = new AbortController()

  constructor(url: string, deadlineMs: number) {
    this.url = url.replace(/\/$/, '')
    this.deadlineMs = deadlineMs
    // No limit on connections: a limit would make arrivals wait for answers.
    this.agent = new Agent({
      connections: null,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      connect: { timeout: deadlineMs },
    })
  }

  /** Aborts when the client closes. */
  get closed(): AbortSignal {
    return this.closing.signal
  }

  /**
   * Never rejects. A connection that is closed just when a request sets out on it is no answer: asked once more, as
   * browsers do.
   */
  async send<T>(call: Call, shape: z.ZodType<T>): Promise<Reply<T>> {
    const startedAt = performance.now()
    const signal = AbortSignal.timeout(this.deadlineMs)
    const take = async () => await this.take(call, shape, signal)
    const reply = await take()
      .catch((error: unknown) => (isReset(error) ? take() : undefined))
      .catch(() => undefined) // time-out, refused, reset again, half an answer: all the same to the user
    return { outcome: 'failed', ...reply, durationSeconds: (performance.now() - startedAt) / 1000 }
  }

  /**
   * Reads server-sent events until `isLast` or the deadline; the body is the last one, if it came. A stream that has
   * told something may fall silent, and may be ended by the service: a browser comes back then. One that breaks off is
   * a failure.
   */
  async follow(path: string, isLast: (data: string) => boolean): Promise<Reply<string>> {
    const startedAt = performance.now()
    const done = (outcome: ClientOutcome, body?: string): Reply<string> => ({
      outcome,
      ...(body === undefined ? {} : { body }),
      durationSeconds: (performance.now() - startedAt) / 1000,
    })
    const signal = AbortSignal.timeout(this.deadlineMs)
    let told = false
    try {
      const response = await request(this.url + path, { dispatcher: this.agent, signal })
      if (response.statusCode !== 200) {
        await response.body.dump()
        return done(outcomeOf(response.statusCode))
      }
      let rest = ''
      for await (const chunk of response.body) {
        rest += String(chunk)
        const lines = rest.split('\n')
        rest = lines.pop() ?? ''
        told ||= lines.some((line) => line.startsWith('data: '))
        const last = lines.find((line) => line.startsWith('data: ') && isLast(line.slice(6)))
        if (last !== undefined) return done('success', last.slice(6))
      }
      return done(told ? 'success' : 'failed')
    } catch {
      return done(told && signal.aborted ? 'success' : 'failed')
    }
  }

  /** Cuts what is in flight. */
  async close(): Promise<void> {
    this.closing.abort()
    await this.agent.destroy()
  }

  private async take<T>(
    call: Call,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Omit<Reply<T>, 'durationSeconds'>> {
    const { method, path, headers = {}, json } = call
    const response = await request(this.url + path, {
      method,
      headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body: json === undefined ? null : JSON.stringify(json),
      dispatcher: this.agent,
      signal,
    })
    if (response.statusCode >= 300) {
      const outcome = outcomeOf(response.statusCode)
      if (outcome === 'rejected') return { outcome, code: problem.safeParse(await jsonOf(response.body)).data?.code }
      await response.body.dump()
      return { outcome }
    }
    if (response.statusCode === 204) await response.body.dump()
    const parsed = shape.safeParse(response.statusCode === 204 ? undefined : await response.body.json())
    return parsed.success ? { outcome: 'success', body: parsed.data } : { outcome: 'failed' }
  }
}

const problem = z.object({ code: z.string() })

/** Undefined for what is no JSON. */
async function jsonOf(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const text = await body.text()
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a refusal without a problem is one, too
  }
}

function outcomeOf(status: number): ClientOutcome {
  return status >= 400 && status < 500 ? 'rejected' : 'failed'
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RESET.includes(String(error.code))
}
