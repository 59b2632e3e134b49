import type { Problem } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import type { Stdio } from './stdio.ts'

/** Told about what cannot be read and is left out. */
export type Warn = (problem: Problem) => void

/** Warns on stderr, of each problem once. */
export function warnOn(stdio: Stdio): Warn {
  const said = new Set<string>()
  return ({ file, line, message }) => {
    const text = printable(`${file}${line === undefined ? '' : `:${line}`}  ${message}`)
    if (said.has(text)) return
    said.add(text)
    stdio.err(`${stdio.style('yellow', 'warning:')} ${text}\n`)
  }
}
