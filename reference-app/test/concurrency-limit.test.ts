import { beforeEach, describe, expect, test } from '@jest/globals'
import { ConcurrencyLimit } from '../src/platform/overload/concurrency-limit.ts'

/** Of one interval. Seconds. */
const TENTH = 0.1
const SLOW = { seconds: TENTH, sojournMs: 80, ended: 100, shed: 0 }
const CALM = { seconds: TENTH, sojournMs: 5, ended: 100, shed: 0 }
const SHEDDING = { ...CALM, shed: 3 }

let limit: ConcurrencyLimit
const observe = (interval: typeof CALM, times = 1) => {
  for (let i = 0; i < times; i += 1) limit.observe(interval)
}
const isLimited = () => Number.isFinite(limit.current)

beforeEach(() => {
  limit = new ConcurrencyLimit()
})

describe('the limit', () => {
  test('comes with a delay that stands for half a second, not with a short one', () => {
    observe(SLOW, 4)
    observe(CALM)
    observe(SLOW, 4)
    expect(isLimited()).toBe(false)
    observe(SLOW, 2)
    expect(isLimited()).toBe(true)
  })

  test('goes when nothing was shed for two seconds', () => {
    observe(SLOW, 6)
    observe(CALM, 19)
    observe(SHEDDING)
    observe(CALM, 19)
    expect(isLimited()).toBe(true)
    observe(CALM, 2)
    expect(isLimited()).toBe(false)
  })

  test('goes, too, when now and then a request is slow: that is no standing delay', () => {
    observe(SLOW, 6)
    for (let second = 0; second < 5; second += 1) {
      observe(CALM, 9)
      observe({ ...SLOW, ended: 1 })
    }
    expect(isLimited()).toBe(false)
  })

  test('stays while the delay stands, though nothing needs to be shed', () => {
    observe(SLOW, 100)
    expect(isLimited()).toBe(true)
  })
})
