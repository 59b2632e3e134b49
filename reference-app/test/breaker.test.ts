import { beforeEach, describe, expect, test } from '@jest/globals'
import { Breaker } from '../src/platform/breaker.ts'

let breaker: Breaker

beforeEach(() => {
  breaker = new Breaker()
})

/** One call each 10 ms, from `from` on. */
const record = (calls: boolean[], from = 0) =>
  calls.map((ok, i) => {
    const at = from + i * 10
    if (!ok) return breaker.failed(at)
    breaker.succeeded(at)
    return false
  })
const times = (count: number, ok: boolean): boolean[] => Array(count).fill(ok)

describe('the breaker', () => {
  test('does not open on nine failures: too few to prove anything', () => {
    record(times(9, false))
    expect([breaker.state, breaker.allows]).toEqual(['closed', true])
  })

  test('opens on the tenth, and tells that call so', () => {
    expect(record(times(10, false))).toEqual([...times(9, false), true])
    expect([breaker.state, breaker.allows]).toEqual(['open', false])
  })

  test('does not open on a success that completes the tenth call, but on the failure after it', () => {
    expect(record([...times(9, false), true, false])).toEqual([...times(10, false), true])
    expect(breaker.state).toBe('open')
  })

  test('stays closed while fewer than half of the last twenty calls fail, and opens at half', () => {
    record([...times(100, true), ...times(9, false)])
    expect(breaker.state).toBe('closed')
    record(times(1, false), 2_000)
    expect(breaker.state).toBe('open')
  })

  test('does not hold failures of ten seconds ago against the cache', () => {
    record(times(9, false))
    record(times(1, false), 10_100)
    expect(breaker.state).toBe('closed')
  })

  test('lets one probe decide: closed and without memory after a good one, open again after a bad one', () => {
    record(times(10, false))
    breaker.probe()
    expect([breaker.state, breaker.allows]).toEqual(['half-open', false])
    breaker.probed(false)
    expect(breaker.state).toBe('open')
    breaker.probe()
    breaker.probed(true)
    expect(breaker.state).toBe('closed')
    record(times(9, false), 3_000)
    expect(breaker.state).toBe('closed')
  })

  test('ignores late results of calls that left before it opened', () => {
    record(times(10, false))
    record(times(50, true), 200)
    expect(breaker.state).toBe('open')
  })
})
