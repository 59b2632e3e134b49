import { printable } from './text/printable.ts'
import { redact } from './text/redact.ts'

/** What went wrong, in the vocabulary of the exit codes: one table maps each code to the process's exit status. */
export type ErrorCode = 'expectation_failed' | 'usage' | 'unreachable' | 'refused' | 'interrupted'

/** Documented in README.md; 70 (a bug of ours) is what anything that is not a CliError becomes. */
export const EXIT_STATUS: Record<ErrorCode, number> = {
  expectation_failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  interrupted: 130,
}

/** An error meant for the person at the terminal: what happened, and in `hint` what to do next. */
export class CliError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.code = code
    this.hint = options.hint
  }

  get exitStatus(): number {
    return EXIT_STATUS[this.code]
  }
}

/** One finding in a file that a person wrote. `line` is 1-based; absent when the problem is the file itself. */
export interface Problem {
  file: string
  line?: number
  message: string
}

/** Every problem at once, never the first only. Exit status 2. */
export class ProblemsError extends CliError {
  readonly problems: readonly Problem[]

  constructor(what: string, problems: readonly Problem[], hint?: string) {
    const lines = problems.map(
      (p) => `  ${printable(p.file)}${p.line === undefined ? '' : `:${p.line}`}  ${printable(p.message)}`,
    )
    super('usage', [`${what}: ${problems.length} problem${problems.length === 1 ? '' : 's'}`, ...lines].join('\n'), {
      ...(hint === undefined ? {} : { hint }),
    })
    this.problems = problems
  }
}

/**
 * The message of anything thrown, on one line and printable, for sentences that continue with "because …", without the
 * secrets that a library repeats.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ')
  if (error instanceof Error && error.cause instanceof Error && error.message === 'fetch failed') {
    return messageOf(error.cause)
  }
  return printable(redact(error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' '))
}

/**
 * The system's code of an error (ENOENT, EEXIST ...). Not by `instanceof Error`: an error may come from another realm.
 */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}

/** A disk that is full or read-only, or something in the way of a file or folder, whose path the message names: never a bug of ours. */
export function isOfTheFileSystem(error: unknown): boolean {
  const code = errorCode(error)
  const isSystem = typeof error === 'object' && error !== null && 'syscall' in error
  return isSystem && (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || 'path' in error)
}
