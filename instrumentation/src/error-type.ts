const WELL_FORMED = /^[A-Za-z0-9_.-]{1,64}$/

/**
 * The `error_type` of a thrown value, as OpenTelemetry's conventions ask: its `code` (`ECONNREFUSED`, SQLSTATE
 * `57014`), else its class name (`TimeoutError`), else `_OTHER`. Never its message, which has no bound.
 */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER'
  if ('code' in error && typeof error.code === 'string' && WELL_FORMED.test(error.code)) return error.code
  if ('name' in error && typeof error.name === 'string' && WELL_FORMED.test(error.name)) return error.name
  return '_OTHER'
}
