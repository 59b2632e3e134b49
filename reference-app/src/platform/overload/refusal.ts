import type { ServerResponse } from 'node:http'
import type { ProblemCode } from '../problem/codes.ts'
import { Problem } from '../problem/problem.ts'

/** A problem that is always the same, made once: a refusal must cost far less than the work that it saves. */
export class Refusal {
  readonly code: ProblemCode
  readonly status: number
  private readonly headers: string[]
  private readonly body: string

  constructor(code: ProblemCode, detail: string, retryAfterSeconds?: number) {
    const problem = new Problem(code, detail)
    this.code = code
    this.status = problem.status
    this.body = JSON.stringify(problem.details())
    this.headers = [
      ...['content-type', 'application/problem+json; charset=utf-8'],
      ...['content-length', String(Buffer.byteLength(this.body))],
      ...['cache-control', 'no-store'],
      ...(retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]),
    ]
  }

  write(response: ServerResponse): void {
    response.writeHead(this.status, this.headers)
    response.end(this.body) // text goes out in one piece with the headers, a buffer in a second one
  }
}
