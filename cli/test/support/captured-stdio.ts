import type { Stdio } from '../../src/stdio.ts'

/** The outside world of a command under test: what it printed is in `stdout` and `stderr`. Nobody is at the terminal. */
export function capturedStdio(
  options: { cwd?: string; env?: Record<string, string>; signal?: AbortSignal; columns?: number } = {},
) {
  const captured = { stdout: '', stderr: '' }
  const stdio: Stdio = {
    out: (text) => {
      captured.stdout += text
    },
    err: (text) => {
      captured.stderr += text
    },
    style: (_, text) => text,
    columns: () => options.columns,
    interactive: false,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    signal: options.signal ?? new AbortController().signal,
  }
  return { stdio, captured }
}
