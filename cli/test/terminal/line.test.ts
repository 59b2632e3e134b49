import { expect, test } from '@jest/globals'
import { Line } from '../../src/terminal/line.ts'

const typed = (text: string) => {
  const line = new Line()
  for (const character of text) line.apply({ type: 'character', text: character })
  return line
}

test('Backspace takes a whole character back, however it is composed', () => {
  const line = typed('ae\u0301👍🏽')
  line.apply({ type: 'backspace' })
  expect(line.text).toBe('ae\u0301')
  line.apply({ type: 'backspace' })
  expect(line.text).toBe('a')
  line.apply({ type: 'backspace' })
  expect(line.apply({ type: 'backspace' })).toBe(false)
  expect(line.text).toBe('')
})

test('a paste becomes one line', () => {
  const line = typed('x ')
  line.apply({ type: 'paste', text: '\r\none\r\ntwo\tthree\u001b[D\n' })
  expect(line.text).toBe('x one two three [D')
})

test('arrows and Escape change nothing', () => {
  const line = typed('x')
  for (const type of ['unknown', 'escape', 'enter'] as const) expect(line.apply({ type })).toBe(false)
})

test('what is shown is its end, and wide characters take two columns', () => {
  expect(typed('abcdef').tail(10)).toBe('abcdef')
  expect(typed('abcdefghijkl').tail(6)).toBe('…hijkl')
  expect(typed('日本語日本語').tail(6)).toBe('…本語')
})

test('it ends at 4096 characters', () => {
  const line = new Line()
  line.apply({ type: 'paste', text: 'a'.repeat(1_000_000) })
  expect(line.text).toHaveLength(4096)
})
