import { CliError } from '@drillbook/content/errors'
import { own, printable } from '@drillbook/content/text/printable'
import type { Stdio } from '../stdio.ts'
import { Keyboard } from './keyboard.ts'
import type { Key } from './keys.ts'
import { Line } from './line.ts'

/** One answer: the key that gives it, and what it does in a word or two. */
export interface KeyChoice<T> {
  /** One character. `q` is also given by Escape. */
  key: string
  /** Empty: the key alone says it, as in a list. */
  label: string
  value: T
}

const COLUMNS = 80
const MARGIN = '  '

/**
 * Asks for one key, on stderr. The line with the keys appears when the terminal has been silent for a moment; what was
 * typed before is thrown away. Only the key of a choice answers: Enter, other keys and pastes do nothing, Escape is
 * `q`. Throws `interrupted` on Ctrl-C and when the signal aborts.
 */
export async function askKey<T>(stdio: Stdio, message: string, choices: readonly KeyChoice<T>[]): Promise<T> {
  stdio.err(`${printable(message)}\n`)
  using keyboard = new Keyboard(stdio)
  const ask = async () => {
    await orNewLine(stdio, keyboard.settle())
    stdio.err(`${keysLine(stdio, choices)} > `)
  }
  await ask()
  for (;;) {
    const keys = await orNewLine(stdio, keyboard.next())
    if (keys === undefined) {
      await ask()
      continue
    }
    const choice = chosen(keys, choices)
    if (choice === undefined) continue
    keyboard.answered()
    stdio.err(`${choice.label || choice.key}\n`)
    return choice.value
  }
}

/**
 * Asks for a line, on stderr; Enter alone gives the default, or an empty text. A paste is a part of the line, its line
 * breaks are spaces, and only a typed Enter ends it. Backspace and Ctrl-U take back. Throws `interrupted` on Ctrl-C, on
 * Escape and when the signal aborts.
 */
export async function askLine(stdio: Stdio, message: string, options: { default?: string } = {}): Promise<string> {
  stdio.err(
    options.default === undefined
      ? `${printable(message)}\n`
      : `${printable(message)} (Enter: ${printable(options.default)})\n`,
  )
  using keyboard = new Keyboard(stdio)
  await orNewLine(stdio, keyboard.settle())
  stdio.err(`${MARGIN}> `)
  const line = new Line()
  for (;;) {
    const arrived = await orNewLine(stdio, keyboard.next())
    if (arrived === undefined) {
      await orNewLine(stdio, keyboard.settle())
      redraw(stdio, line)
      continue
    }
    const keys = withoutBreaks(arrived)
    if (keys.map((key) => line.apply(key)).includes(true)) redraw(stdio, line)
    const last = keys.at(-1)?.type
    if (last !== 'enter' && last !== 'escape') continue
    keyboard.answered()
    stdio.err('\n')
    if (last === 'escape') throw new CliError('interrupted', 'stopped at a question')
    return line.text === '' ? (options.default ?? '') : line.text
  }
}

/**
 * Several different keys at once are no person: they are a paste, in a terminal that does not mark it. The same key
 * several times at once is pressed once.
 */
function chosen<T>(keys: readonly Key[], choices: readonly KeyChoice<T>[]): KeyChoice<T> | undefined {
  const names = new Set(keys.map((key) => (key.type === 'character' ? key.text : key.type)))
  const [name] = names
  if (names.size !== 1) return undefined
  return choices.find(({ key }) => key === (name === 'escape' ? 'q' : name))
}

/** An Enter with something right behind it is a line break of a paste that the terminal does not mark. */
function withoutBreaks(keys: readonly Key[]): Key[] {
  return keys.map((key, at) => (key.type === 'enter' && at < keys.length - 1 ? { type: 'character', text: ' ' } : key))
}

/** `y run · s skip · q stop`, on as many lines as it needs. */
function keysLine<T>(stdio: Stdio, choices: readonly KeyChoice<T>[]): string {
  let [text, column] = [MARGIN, MARGIN.length]
  for (const [at, { key, label }] of choices.entries()) {
    const columns = `${key} ${label}`.trimEnd().length
    if (at > 0 && column + 3 + columns + 3 > COLUMNS) [text, column] = [`${text}\n${MARGIN}`, MARGIN.length]
    else if (at > 0) [text, column] = [`${text} · `, column + 3]
    text += `${stdio.style('bold', key)}${label === '' ? '' : ` ${label}`}`
    column += columns
  }
  return text
}

function redraw(stdio: Stdio, line: Line): void {
  const columns = Math.min(stdio.columns() ?? COLUMNS, COLUMNS) - 1
  const erased = stdio.env.TERM === 'dumb' ? own(`\r${' '.repeat(columns)}\r`) : own('\r\u001b[2K')
  stdio.err(`${erased}${MARGIN}> ${line.tail(columns - MARGIN.length - 2)}`)
}

/** What is printed next shall not stand behind the question. */
async function orNewLine<T>(stdio: Stdio, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    stdio.err('\n')
    throw error
  }
}
