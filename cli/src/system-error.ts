/** The system's code of an error (ENOENT, EEXIST ...). Not by `instanceof Error`: an error may come from another realm. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}
