import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { z } from 'zod'
import { ANSWER_LIMITS, type Answer, ask, noAnswer, parseAnswer } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { OpenRequest } from './open-session.ts'
import {
  type FaultRecord,
  faultRecordSchema,
  type Session,
  sessionSchema,
  type UndoRecord,
  undoRecordSchema,
} from './session.ts'

const undoAnswer = z.object({ undo: z.array(undoRecordSchema) })
const problem = z.object({ code: z.string(), detail: z.string() })

/** The caller's mistake, not the keeper's decision. */
const USAGE = ['unauthorized', 'unknown_fault', 'unknown_action', 'bad_request']

/** The keeper answered, and said no. */
export class KeeperRefusedError extends CliError {
  /** The keeper's own word: `session_open`, `session_over`, `unknown_fault`, `injection_failed` ... */
  readonly reason: string

  constructor(reason: string, detail: string) {
    const code = reason === 'injection_failed' ? 'expectation_failed' : USAGE.includes(reason) ? 'usage' : 'refused'
    super(code, `the keeper refuses: ${detail}`, {
      ...(reason === 'session_open' || reason === 'session_over'
        ? { hint: 'Finish what is open with: drillbook drill undo' }
        : {}),
    })
    this.reason = reason
  }
}

const HINT =
  'Check that it runs (in the lab: drillbook lab status). What it has on disk is undone once its lease is over and it is back.'
/** A supervisor restarts a keeper that died within a few seconds; calls wait so long for it to come back. */
const RESTART_MS = 10_000
/** An injection is one step (at most its own timeout); an undo has retries and read-backs. */
const INJECT_TIMEOUT_MS = 120_000
const UNDO_TIMEOUT_MS = 600_000

/**
 * The CLI's side of the keeper. Every call is safe to repeat, so one that meets a keeper in the middle of a restart is
 * repeated. Throws `unreachable` when it does not come back, KeeperRefusedError when it refuses.
 */
export class KeeperClient {
  private readonly endpoint: Endpoint
  private readonly restartMs: number

  constructor(endpoint: Endpoint, restartMs = RESTART_MS) {
    this.endpoint = endpoint
    this.restartMs = restartMs
  }

  /** The session that is open, or the last one. */
  async current(): Promise<Session | undefined> {
    const answer = await this.call('GET', '/v1/sessions', z.object({ sessions: z.array(sessionSchema) }))
    return answer.sessions[0]
  }

  open(request: OpenRequest): Promise<Session> {
    return this.call('POST', '/v1/sessions', sessionSchema, { id: randomUUID(), ...request })
  }

  renew(id: string): Promise<Session> {
    return this.call('PUT', `/v1/sessions/${id}/lease`, sessionSchema)
  }

  inject(id: string, name: string): Promise<FaultRecord> {
    return this.call('POST', `/v1/sessions/${id}/faults`, faultRecordSchema, { name }, INJECT_TIMEOUT_MS)
  }

  /** Undefined when the fault was not on. */
  async revert(id: string, name: string): Promise<UndoRecord | undefined> {
    const answer = await this.call(
      'DELETE',
      `/v1/sessions/${id}/faults/${name}`,
      undoAnswer,
      undefined,
      UNDO_TIMEOUT_MS,
    )
    return answer.undo[0]
  }

  async end(id: string): Promise<UndoRecord[]> {
    return (await this.call('POST', `/v1/sessions/${id}/end`, undoAnswer, undefined, UNDO_TIMEOUT_MS)).undo
  }

  private async call<S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    body?: unknown,
    timeoutMs = 5000,
  ): Promise<z.infer<S>> {
    let deadline = Date.now() + this.restartMs
    let hungUp = false
    for (;;) {
      try {
        return await this.callOnce(method, path, schema, body, timeoutMs)
      } catch (error) {
        // A keeper that dies in the middle of a long call gets as long to come back as one that was not there at first.
        if (!hungUp && !isTimeout(error)) deadline = Date.now() + this.restartMs
        hungUp ||= !isTimeout(error)
        if (error instanceof CliError || Date.now() >= deadline) throw this.explain(error)
        await delay(250)
      }
    }
  }

  private async callOnce<S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    body: unknown,
    timeoutMs: number,
  ): Promise<z.infer<S>> {
    const endpoint = this.endpoint
    const limitBytes = ANSWER_LIMITS.keeper
    const answer = await ask({ who: 'the keeper', endpoint, path, method, body, timeoutMs, limitBytes })
    if (answer.ok) return parseAnswer(answer.text, schema)
    throw refusalOf(answer)
  }

  private explain(error: unknown): CliError {
    if (error instanceof CliError) return error
    return noAnswer({ who: 'the keeper', endpoint: this.endpoint }, error, HINT)
  }
}

function refusalOf({ status, text }: Answer): KeeperRefusedError {
  const unknown = { code: 'internal', detail: `status ${status}` }
  try {
    const { code, detail } = parseAnswer(text, problem)
    return new KeeperRefusedError(code, printable(detail))
  } catch {
    // A proxy before the keeper refuses in a form of its own.
    return new KeeperRefusedError(unknown.code, unknown.detail)
  }
}

/** It is there, and did not answer in time. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
