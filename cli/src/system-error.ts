/** The system's code of an error (ENOENT, EEXIST ...). Not by `instanceof Error`: an error may come from another realm. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}

/** A disk that is full or read-only, or something in the way of a file or folder, whose path the message names: never a bug of ours. */
export function isOfTheFileSystem(error: unknown): boolean {
  const code = errorCode(error)
  const isSystem = typeof error === 'object' && error !== null && 'syscall' in error
  return isSystem && (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || 'path' in error)
}
