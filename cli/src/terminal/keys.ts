/**
 * What a person did at the keyboard. `unknown`: arrows, function keys, mouse, Alt with a letter; nothing acts on them.
 */
export type Key =
  | { type: 'character'; text: string }
  | { type: 'paste'; text: string }
  | { type: 'enter' | 'escape' | 'backspace' | 'clear' | 'interrupt' | 'unknown' }

const ESC = '\u001b'
const PASTE_BEGINS = `${ESC}[200~`
const PASTE_ENDS = `${ESC}[201~`
const INTERRUPT = '\u0003'

const behindEscape = (rest: string) => new RegExp(`^${ESC}(?:${rest})`, 'u')

/** One whole escape sequence at the beginning. */
const SEQUENCES = [
  behindEscape(String.raw`\[M[\s\S]{3}`), // a mouse of the old kind: three bytes follow
  behindEscape(String.raw`\[\[[A-E]`), // F1 to F5 of the Linux console
  behindEscape(String.raw`\[(?!M|\[)[0-?]*[ -\/]*[@-~]`), // arrows, function keys, Home, PageDown, a mouse (SGR)
  behindEscape('O[0-9;]*[@-~]'), // F1 to F4, the keypad
  behindEscape(`[P\\]X\\^_][\\s\\S]*?(?:\u0007|${ESC}\\\\)`), // what a terminal answers when it is asked for something
  behindEscape(`(?=${ESC}[^${ESC}])`), // Alt with one of the above: the rest is read as that one
  behindEscape(`[^\\[OP\\]X\\^_${ESC}]`), // Alt with a letter
]
/** More of these may still be on the way. */
const UNFINISHED = behindEscape(String.raw`$|${ESC}$|\[(?:M[\s\S]{0,2}|\[|[0-?]*[ -\/]*)$|O[0-9;]*$|[P\]X\^_]`)

const SINGLE: Readonly<Record<string, Exclude<Key['type'], 'character' | 'paste'>>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u0008': 'backspace',
  '\u007f': 'backspace',
  '\u0015': 'clear',
  [INTERRUPT]: 'interrupt',
}

/**
 * Tells keys in what a terminal sends. An escape sequence is one key, a paste in brackets is one, however they are cut.
 */
export class KeyReader {
  #rest = ''

  /** True while the beginning of something is kept: an Escape that may be a sequence, or a paste that has not ended. */
  get unfinished(): boolean {
    return this.#rest !== ''
  }

  read(piece: string): Key[] {
    let text = this.#rest + piece
    const keys: Key[] = []
    this.#rest = ''
    while (text !== '') {
      if (text.startsWith(PASTE_BEGINS)) {
        const end = text.indexOf(PASTE_ENDS)
        const pasted = text.slice(PASTE_BEGINS.length, end < 0 ? undefined : end)
        // Never caught in a paste whose end was lost.
        if (pasted.includes(INTERRUPT)) return [...keys, { type: 'interrupt' }]
        if (end < 0) {
          this.#rest = text
          return keys
        }
        keys.push({ type: 'paste', text: pasted })
        text = text.slice(end + PASTE_ENDS.length)
        continue
      }
      const sequence = SEQUENCES.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined)
      if (sequence === undefined && UNFINISHED.test(text)) {
        this.#rest = text
        return keys
      }
      const [first = ''] = sequence === undefined ? text : [sequence]
      keys.push(sequence === undefined ? single(first) : { type: 'unknown' })
      text = text.slice(first.length)
    }
    return keys
  }

  /** Nothing came for a while: an Escape was the key itself, half a sequence nothing. A paste goes on. */
  giveUp(): Key[] {
    const rest = this.#rest
    if (rest === '' || rest.startsWith(PASTE_BEGINS)) return []
    this.#rest = ''
    return [{ type: rest === ESC || rest === ESC + ESC ? 'escape' : 'unknown' }]
  }
}

function single(character: string): Key {
  const type = SINGLE[character]
  if (type !== undefined) return { type }
  return /\p{C}/u.test(character) ? { type: 'unknown' } : { type: 'character', text: character }
}
