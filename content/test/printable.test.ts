import { expect, test } from '@jest/globals'
import { EVIL, harmOf } from '../../cli/test/terminal/evil.ts'
import { own, printable, toTerminal } from '../src/text/printable.ts'

test('a text of others is one harmless line', () => {
  expect(harmOf(printable(EVIL))).toEqual([])
  expect(printable(EVIL)).not.toContain('\n')
  expect(printable('a\nb\rc\td\u001b\u009b\u{e0041}\ud800')).toBe('a\\nb\\rc\\td\\u001b\\u009b\\udb40\\udc41\\ud800')
})

test('words of all scripts, and joined emoji, stay as they are', () => {
  const words = 'Ärger 日本語 العربية می‌خواهم हिन्दी 👩‍🚒 ✔ → …'
  expect(printable(words)).toBe(words)
  expect(toTerminal(words)).toBe(words)
})

test('escaping twice is escaping once', () => {
  expect(toTerminal(printable(EVIL))).toBe(printable(EVIL))
})

test('only our own sequences, line breaks and tabs reach the terminal', () => {
  expect(toTerminal(`${own('\u001b[1m')}a\u001b[1m${own('\u001b[22m')}\n\tb`)).toBe(
    '\u001b[1ma\\u001b[1m\u001b[22m\n\tb',
  )
})

test('nobody else can mark a sequence as ours', () => {
  const forged = own('\u001b[1m').replace(/[0-9a-f]{16}/, '0'.repeat(16))
  expect(toTerminal(forged)).not.toContain('\u001b')
  expect(toTerminal(own('\u001b[1m').slice(0, -1))).not.toContain('\u001b')
})

test('JSON stays the same JSON', () => {
  const printed = toTerminal(JSON.stringify({ [EVIL]: EVIL }, null, 2))
  expect(harmOf(printed)).toEqual([])
  expect(JSON.parse(printed)).toEqual({ [EVIL]: EVIL })
})
