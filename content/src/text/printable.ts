import { randomBytes } from 'node:crypto'

/**
 * What must not reach a terminal from outside: control characters (C0, DEL, C1), what changes the direction of text or
 * cannot be seen (\p{Cf}: bidi controls, tags, zero width), line and paragraph separators, halves of surrogate pairs,
 * and the two characters that mark our own sequences. The joiners of emoji, Persian and Indic scripts stay.
 */
const UNSAFE = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{fdd0}\u{fdd1}]--[\u{200c}\u{200d}]]/gv

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A secret number, so that foreign text cannot mark a sequence as ours. */
const BEGINS = `\u{fdd0}${randomBytes(8).toString('hex')}:`
const ENDS = '\u{fdd1}'

/**
 * A text from outside (a label, a note, a file's name, an answer) as a part of one line: what is unsafe, line breaks
 * included, is written as \n or \u009b. Goes around everything that is not ours, since a line break would begin a line
 * that looks like ours.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (found) => SHORT[found] ?? escaped(found))
}

/** An escape sequence or cursor movement of our own: the only ones that `toTerminal` lets through. */
export function own(sequence: string): string {
  return sequence === '' ? '' : `${BEGINS}${sequence}${ENDS}`
}

/**
 * The last step before a terminal or a pipe: our own sequences as they are, line breaks and tabs as they are, all else
 * that is unsafe as \u009b. That is also how JSON writes it, so JSON stays the same JSON.
 */
export function toTerminal(text: string): string {
  const [first = '', ...parts] = text.split(BEGINS)
  return (
    rest(first) +
    parts
      .map((part) => {
        const end = part.indexOf(ENDS)
        return end < 0 ? rest(part) : part.slice(0, end) + rest(part.slice(end + ENDS.length))
      })
      .join('')
  )
}

function rest(text: string): string {
  return text.replace(UNSAFE, (found) => (found === '\n' || found === '\t' ? found : (SHORT[found] ?? escaped(found))))
}

/** By halves of surrogate pairs above U+FFFF, as in JSON. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
