import { DatabaseUnavailableError } from '../database/errors.ts'
import { Problem } from './problem.ts'

/** What body parsers and routers throw: an HTTP status and, from the body parser, a type. */
function httpErrorOf(error: unknown): { status: number; type: string } | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined
  return { status: error.status, type: 'type' in error && typeof error.type === 'string' ? error.type : '' }
}

/**
 * Any thrown thing as the problem to answer with. An unexpected error becomes `internal_error`, without its message.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof DatabaseUnavailableError) {
    return new Problem('database_unavailable', 'Try again in a moment.', { cause: error })
  }
  const http = httpErrorOf(error)
  if (http?.type === 'entity.too.large') return new Problem('body_too_large', 'Send a smaller body.', { cause: error })
  if (http?.type === 'entity.parse.failed')
    return new Problem('invalid_json', 'Send JSON or no body.', { cause: error })
  if (http !== undefined && http.status >= 400 && http.status < 500) {
    return new Problem('invalid_request', 'The path, a header or the body cannot be read.', { cause: error })
  }
  return new Problem('internal_error', 'It has been recorded. Try again.', { cause: error })
}
