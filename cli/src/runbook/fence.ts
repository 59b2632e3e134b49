import type { Code } from 'mdast'

const RUNNABLE = 'promql|sh(?![a-z0-9_-])'
const FENCE = '`{3,}|~{3,}'
/** What may stand before a fence in its line: quotation marks, list marks, and characters that nobody sees. */
const BEFORE = String.raw`[\s\p{Cf}>]*(?:(?:[-*+]|\d{1,9}[.)])[\s\p{Cf}>]+(?:\[[ xX]\]\s+)?)*`

const OPENS = new RegExp(`^${BEFORE}(?:${FENCE})[\\s\\p{Cf}]*(?:${RUNNABLE})`, 'iu')
const LANGUAGE = new RegExp(`^(${RUNNABLE})(.*)$`, 'isu')

/** Does this line of a file begin a block that readers expect to be run, wherever it stands? */
export function opensRunnable(line: string): boolean {
  return OPENS.test(line)
}

/**
 * The runnable language with which a fence begins, in lower case, and what stands behind it without a blank. Undefined:
 * another language (`shell` and `sh-session` are others).
 */
export function runnableLanguage(code: Code): { language: 'promql' | 'sh'; rest: string } | undefined {
  const [, language, rest = ''] = LANGUAGE.exec(code.lang ?? '') ?? []
  if (language === undefined) return undefined
  return { language: language.toLowerCase() === 'sh' ? 'sh' : 'promql', rest }
}

/** Is it a fence, and not text that is code because it is indented? */
export function isFenced(code: Code, lines: readonly string[]): boolean {
  return openingOf(code, lines) !== undefined
}

/** The characters that have to close a fence and do not; undefined when it is closed or indented code. */
export function missingEnd(code: Code, lines: readonly string[]): string | undefined {
  const opening = openingOf(code, lines)
  const { start, end } = code.position ?? {}
  if (opening === undefined || start === undefined || end === undefined) return undefined
  const last = (lines[end.line - 1] ?? '').slice(0, end.column - 1)
  const closing = new RegExp(`(${FENCE})\\s*$`).exec(last)?.[1] ?? ''
  return end.line > start.line && closing.startsWith(opening) ? undefined : opening
}

function openingOf(code: Code, lines: readonly string[]): string | undefined {
  const { line = 0, column = 1 } = code.position?.start ?? {}
  return new RegExp(`^(?:${FENCE})`).exec((lines[line - 1] ?? '').slice(column - 1))?.[0]
}
