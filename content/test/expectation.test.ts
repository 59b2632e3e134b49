import { describe, expect, test } from '@jest/globals'
import { formatDuration, parseDuration } from '../src/duration.ts'
import { formatValue, holds, parseExpectation } from '../src/expectation.ts'

const expectation = (text: string) => {
  const parsed = parseExpectation(text)
  if (parsed === undefined) throw new Error(`not an expectation: ${text}`)
  return parsed
}
const samples = (...values: number[]) => values.map((value) => ({ labels: {}, timestamp: 0, value }))

describe('an expectation', () => {
  test.each([
    ['>= 90%', 0.9],
    ['< 500ms', 0.5],
    ['<= 2 s', 2],
    ['> 512MiB', 512 * 1024 * 1024],
    ['== 1', 1],
    ['!= -3.5', -3.5],
  ])('%s compares in base units', (text, threshold) => {
    expect(expectation(text).threshold).toBeCloseTo(threshold, 12)
  })

  test.each(['', '90%', '>= ', '=> 1', '>= 1 parsec', '>= 1; rm'])('%j is refused', (text) => {
    expect(parseExpectation(text)).toBeUndefined()
  })

  test('every series has to hold', () => {
    expect(holds(expectation('>= 1'), samples(1, 2))).toBe(true)
    expect(holds(expectation('>= 1'), samples(1, 0.999))).toBe(false)
  })

  test('an empty result does not hold unless that is asked for', () => {
    expect(holds(expectation('>= 0'), [])).toBe(false)
    expect(holds(expectation('>= 0'), [], true)).toBe(true)
  })

  test('NaN holds for nothing, not even !=', () => {
    expect(holds(expectation('!= 1'), samples(Number.NaN))).toBe(false)
  })

  test('a value is shown in the unit of its threshold', () => {
    expect(formatValue(0.934, expectation('>= 90%').unit)).toBe('93.4 %')
    expect(formatValue(0.25, 'ms')).toBe('250 ms')
    expect(formatValue(3, '')).toBe('3')
  })
})

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1w', 604_800_000],
  ])('%s is understood', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '5', 'm5', '5 m', '-5s'])('%j is refused', (text) => expect(parseDuration(text)).toBeUndefined())

  test('is shown in two places at the most', () => {
    expect([0, 850, 4210, 65_000, 7_830_000].map(formatDuration)).toEqual(['0ms', '850ms', '4.2s', '1m 05s', '2h 11m'])
  })
})
