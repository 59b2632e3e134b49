import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Everything of the outside world that a command touches, in one object, so that a test can run the CLI whole. */
export interface Stdio {
  /** The result. With --json nothing but JSON goes here. */
  out(text: string): void
  /** The talk: progress, prompts, warnings. */
  err(text: string): void
  /** Styles text for stderr, or where it goes to, unless NO_COLOR is set or that is no terminal. */
  style(style: Style, text: string, to?: 'out' | 'err'): string
  /** Can we ask a person? Needs a terminal on stdin and on stderr. */
  interactive: boolean
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
}

export function processStdio(signal: AbortSignal): Stdio {
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    style: (style, text, to) => styleText(style, text, { stream: to === 'out' ? process.stdout : process.stderr }),
    interactive,
    env: process.env,
    cwd: process.cwd(),
    signal,
  }
}
