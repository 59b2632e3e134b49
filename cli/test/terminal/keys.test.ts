import { describe, expect, test } from '@jest/globals'
import { KeyReader } from '../../src/terminal/keys.ts'

const UNKNOWN = { type: 'unknown' } as const
const character = (text: string) => ({ type: 'character', text })

/** What terminals really send: xterm, the Linux console, rxvt, tmux. */
const SEQUENCES = {
  Left: '\u001b[D',
  'Left, application mode': '\u001bOD',
  'Ctrl-Left': '\u001b[1;5D',
  F1: '\u001bOP',
  'F1 of the Linux console': '\u001b[[A',
  F5: '\u001b[15~',
  PageDown: '\u001b[6~',
  Home: '\u001b[H',
  'Shift-Tab': '\u001b[Z',
  'Alt-y': '\u001by',
  'Alt-Left of rxvt': '\u001b\u001b[D',
  'a mouse': '\u001b[<0;10;5M',
  'a mouse of the old kind': '\u001b[M y!',
  'the focus': '\u001b[I',
  'what the terminal is': '\u001b[?62;22c',
  'the colour of its background': '\u001b]11;rgb:ffff/ffff/ffff\u0007',
  'its version': '\u001bP>|xterm(380)\u001b\\',
}

describe.each(Object.entries(SEQUENCES))('%s', (_, sequence) => {
  test('is unknown and leaves nothing behind', () => {
    const reader = new KeyReader()
    expect(new Set(reader.read(sequence).map((key) => key.type))).toEqual(new Set(['unknown']))
    expect(reader.unfinished).toBe(false)
    expect(reader.read('y')).toEqual([character('y')])
  })

  test('is never a letter, wherever it is cut', () => {
    for (let at = 1; at < sequence.length; at++) {
      const reader = new KeyReader()
      const keys = [...reader.read(sequence.slice(0, at)), ...reader.read(sequence.slice(at)), ...reader.read('y')]
      expect(keys.filter((key) => key.type === 'character')).toEqual([character('y')])
    }
  })
})

test('an Escape is one only when nothing follows', () => {
  const reader = new KeyReader()
  expect(reader.read('\u001b')).toEqual([])
  expect(reader.giveUp()).toEqual([{ type: 'escape' }])
  expect(reader.read('\u001b')).toEqual([])
  expect(reader.read('[A')).toEqual([UNKNOWN])
  expect(reader.giveUp()).toEqual([])
})

test('a sequence that stays unfinished is nothing', () => {
  const reader = new KeyReader()
  reader.read('\u001b[1')
  expect(reader.giveUp()).toEqual([UNKNOWN])
  expect(reader.read('y')).toEqual([character('y')])
})

test('a paste is one key, wherever it is cut', () => {
  const pasted = '\u001b[200~y\ny\u001b[D\ny\u001b[201~'
  for (let at = 1; at < pasted.length; at++) {
    const reader = new KeyReader()
    const keys = [...reader.read(pasted.slice(0, at)), ...reader.read(pasted.slice(at))]
    expect(keys).toEqual([{ type: 'paste', text: 'y\ny\u001b[D\ny' }])
  }
})

test('a paste without an end keeps what comes, but not Ctrl-C', () => {
  const reader = new KeyReader()
  expect(reader.read('\u001b[200~y\n')).toEqual([])
  expect(reader.giveUp()).toEqual([])
  expect(reader.read('y')).toEqual([])
  expect(reader.read('\u0003')).toEqual([{ type: 'interrupt' }])
  expect(reader.unfinished).toBe(false)
})

test('letters of all languages, Enter, Backspace, Ctrl-U and other control characters are told apart', () => {
  expect(new KeyReader().read('é日🙂\r\n\u0008\u007f\u0015\u0001\u009b\u202e')).toEqual([
    character('é'),
    character('日'),
    character('🙂'),
    { type: 'enter' },
    { type: 'enter' },
    { type: 'backspace' },
    { type: 'backspace' },
    { type: 'clear' },
    UNKNOWN,
    UNKNOWN,
    UNKNOWN,
  ])
})
