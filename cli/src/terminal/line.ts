import type { Key } from './keys.ts'

/** As much as a terminal itself takes for one line. */
const MOST_CHARACTERS = 4096

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A line of text while it is typed. It only grows and shrinks at its end: there is no cursor to move. */
export class Line {
  text = ''

  /** True when the key changed the line. A paste's line breaks and other control characters become single spaces. */
  apply(key: Key): boolean {
    const before = this.text
    if (key.type === 'character') this.text += key.text
    else if (key.type === 'paste') this.text += key.text.replace(/\p{Cc}+/gu, ' ').trim()
    else if (key.type === 'clear') this.text = ''
    else if (key.type === 'backspace') {
      const last = [...graphemes.segment(this.text)].at(-1)
      this.text = this.text.slice(0, last?.index ?? 0)
    }
    this.text = this.text.slice(0, MOST_CHARACTERS)
    return this.text !== before
  }

  /** Its end, in at most so many columns; wide characters count twice. */
  tail(columns: number): string {
    const parts = [...graphemes.segment(this.text)].map((part) => part.segment)
    const shown: string[] = []
    let room = columns - 1 // for the mark that something is cut off
    for (const part of parts.reverse()) {
      room -= WIDE.test(part) ? 2 : 1
      if (room < 0) return `…${shown.join('')}`
      shown.unshift(part)
    }
    return shown.join('')
  }
}

const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u
