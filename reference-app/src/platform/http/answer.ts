import type { ServerResponse } from 'node:http'
import type { ProblemCode } from '../problem/codes.ts'
import { tookFor } from '../problem/respond-problem.ts'

/**
 * A wanted answer: status and JSON body, or text as it is when `headers` name its content-type; no body with 204.
 * `headers` beyond the usual ones.
 */
export interface Answer {
  status: number
  body?: unknown
  headers?: Readonly<Record<string, string>>
  /** The body reports this problem in its own form: counted as such. */
  problem?: ProblemCode
}

/**
 * A wanted answer without an end of its own: `stream` writes the headers and owns the response from then on, or throws
 * before.
 */
export interface StreamAnswer {
  stream: (response: ServerResponse) => void
}

/** Writes the answer, unless the client has gone. */
export function respond(response: ServerResponse, { status, body, headers, problem }: Answer): void {
  if (response.destroyed) return
  if (problem !== undefined) tookFor(response, problem)
  if (body === undefined) {
    response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end()
    return
  }
  const text = headers?.['content-type'] === undefined ? JSON.stringify(body) : String(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(text)
}
