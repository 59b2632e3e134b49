import type { ServerResponse } from 'node:http'
import type { ProblemCode } from './codes.ts'
import type { Problem } from './problem.ts'

const answered = new WeakMap<ServerResponse, ProblemCode>()

/**
 * Seconds after which a client may come back from a 503: long enough to spread a retry storm, short enough to go
 * unnoticed.
 */
const RETRY_AFTER_SECONDS = '1'

/**
 * Writes the problem unless something was answered before (then the connection is cut, so that a partial answer is not
 * taken for a whole one).
 */
export function respondProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy()
    return
  }
  tookFor(response, problem.code)
  const body = JSON.stringify(problem.details())
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(problem.status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    ...problem.headers,
  })
  response.end(body)
}

/** Notes the problem that this response reports, in whatever form. */
export function tookFor(response: ServerResponse, code: ProblemCode): void {
  answered.set(response, code)
}

/** The problem that this response reports; absent when there is none. */
export function problemCodeOf(response: ServerResponse): ProblemCode | undefined {
  return answered.get(response)
}
