/**
 * The database did not answer, refused the connection or gave up in time. What was asked may be fine: try again later.
 */
export class DatabaseUnavailableError extends Error {
  constructor(cause: unknown) {
    super('the database is unavailable', { cause })
    this.name = 'DatabaseUnavailableError'
  }
}

/**
 * SQLSTATE classes that speak of the server and not of the statement: 08 connection, 53 resources, 57 operator
 * intervention (57014 is our own statement time-out, 57P01 a shutdown), 58 system error, plus 25006, what a statement
 * gets from a server that became a replica, and 25P03, what a transaction gets that was idle for too long. Source:
 * PostgreSQL 15 documentation, appendix A.
 */
const SERVER_TROUBLE = /^(08|53|57|58)|^(25006|25P03)$/

/** Errors without an SQLSTATE come from the socket or from a client-side time-out: the server was never heard. */
export function toDatabaseError(error: unknown): unknown {
  if (!Error.isError(error)) return error // not `instanceof`: a socket's errors may be of another realm
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && !('syscall' in error) // EPIPE looks like one
  return !isSqlState || SERVER_TROUBLE.test(code) ? new DatabaseUnavailableError(error) : error
}

/**
 * The server ended a transaction so that another could go on: 40001 serialisation failure, 40P01 deadlock. Run again,
 * it may well pass.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01')
}

/**
 * A replica did not answer, or ended the statement so that it could go on replaying (40001): the primary may well
 * answer it.
 */
export function isReplicaTrouble(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError || isConflict(error)
}
