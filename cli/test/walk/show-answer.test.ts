import { describe, expect, test } from '@jest/globals'
import { answerText } from '../../src/walk/show-answer.ts'

describe('what an action that only reads answers is shown', () => {
  const rows = [
    { pid: 1, waitingFor: null, blockedBy: [] },
    { pid: 22, waitingFor: 'Lock:tuple', blockedBy: [1] },
  ]
  const table = ['pid  waitingFor  blockedBy', '1                []', '22   Lock:tuple  [1]', ''].join('\n')

  test.each([
    ['rows in an object', { rows }],
    ['a list of objects', rows],
  ])('as a table: %s', (_, json) => {
    expect(answerText(json)).toBe(table)
  })

  test.each<[string, object, string]>([
    ['other JSON', { pending: 3 }, '{\n  "pending": 3\n}\n'],
    ['no rows', { rows: [] }, '{\n  "rows": []\n}\n'],
    ['a list of numbers', [1], '[\n  1\n]\n'],
  ])('with its keys: %s', (_, json, text) => {
    expect(answerText(json)).toBe(text)
  })

  test('a value stays on its line, cut off where it is long', () => {
    const [, line = ''] = answerText([{ statement: `select\n\t1 ${'x'.repeat(40)}`, pid: 7 }]).split('\n')
    expect(line).toBe(`select 1 ${'x'.repeat(20)}…  7`)
  })

  test('an answer makes no lines and moves no cursor', () => {
    const text = answerText([{ 'a\nb': 'c\n-> drillbook respond evil', d: '\u001b[2J\u202e' }])
    expect(text).toBe('a b                          d\nc -> drillbook respond evil  \\u001b[2J\\u202e\n')
  })

  test('no line is wider than the terminal, and no list longer than a look', () => {
    const wide = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`column${i}`, 'value of it']))
    const lines = answerText(Array.from({ length: 100 }, () => wide))
      .trimEnd()
      .split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(74)
    expect(lines).toHaveLength(22)
    expect(lines.at(-1)).toBe('and 80 more rows: `drillbook act NAME --json` has them all')
  })
})
