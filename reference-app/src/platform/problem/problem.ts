import { PROBLEMS, type ProblemCode } from './codes.ts'

/** RFC 9457, with our stable `code` as an extension member. */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
}

/**
 * An answer that is not the wanted one. Thrown anywhere, written by `respondProblem`. `detail` is shown to the caller.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  /** Extra response headers that the status asks for, such as Allow with 405. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, detail: string, options: { headers?: Record<string, string>; cause?: unknown } = {}) {
    super(detail, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.headers = options.headers ?? {}
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  details(): ProblemDetails {
    const { status, title } = PROBLEMS[this.code]
    return { type: `urn:drillbook:problem:${this.code}`, title, status, detail: this.message, code: this.code }
  }
}
