import { styleText } from 'node:util'
import { own, toTerminal } from '@drillbook/content/text/printable'

type Style = Parameters<typeof styleText>[0]

/**
 * Everything of the outside world that a command touches, in one object, so that a test can run the CLI whole. Control
 * characters that are not our own (`style`, `own`) are escaped here; line breaks in a text from outside are the
 * caller's to escape (`printable`), since here they cannot be told from ours.
 */
export interface Stdio {
  /** The result. With --json nothing but JSON goes here. */
  out(text: string): void
  /** The talk: progress, prompts, warnings. */
  err(text: string): void
  /** Styles text for stderr, or where it goes to, unless NO_COLOR is set or that is no terminal. */
  style(style: Style, text: string, to?: 'out' | 'err'): string
  /** How wide the terminal on stderr is, or on stdout. Undefined: it is none, or does not say. */
  columns(to?: 'out' | 'err'): number | undefined
  /** Can we ask a person? Needs a terminal on stdin and on stderr. */
  interactive: boolean
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
}

/** Runs a command line of `drillbook` in this process. Resolves to its exit status; throws what the command throws. */
export type RunCommand = (argv: readonly string[], stdio: Stdio) => Promise<number>

export function processStdio(signal: AbortSignal): Stdio {
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true
  return {
    out: (text) => void process.stdout.write(toTerminal(text)),
    err: (text) => void process.stderr.write(toTerminal(text)),
    style: (style, text, to) => {
      const [on = '', off = ''] = styleText(style, '.', {
        stream: to === 'out' ? process.stdout : process.stderr,
      }).split('.')
      return own(on) + text + own(off)
    },
    columns: (to) => (to === 'out' ? process.stdout : process.stderr).columns || undefined,
    interactive,
    env: process.env,
    cwd: process.cwd(),
    signal,
  }
}
