import { describe, expect, test } from '@jest/globals'
import { brokenLink, type ChainFacts } from '../../src/drill/broken-link.ts'
import { longestRun } from '../../src/drill/diagnose.ts'
import { gapsOf } from '../../src/drill/selectors.ts'

const FACTS: ChainFacts = {
  alert: 'CacheErrorsHigh',
  rule: { query: 'cache:errors:rate1m >= 100', forSeconds: 3, lastError: '' },
  gaps: [],
  hiddenGaps: [],
  heldSeconds: 0,
  nearest: undefined,
  firedInPrometheus: false,
  alertmanager: 'absent',
  notified: false,
}
const RECORDINGS = new Map([
  [
    'cache:errors:rate1m',
    { expressions: ['sum(rate(cache_lookups_total{result="error"}[6s])) or 0 * cache:lookups:rate1m'], lastError: '' },
  ],
  ['cache:lookups:rate1m', { expressions: ['sum(rate(cache_lookups_total[6s]))'], lastError: '' }],
])
const present =
  (...selectors: string[]) =>
  async (selector: string) =>
    selectors.includes(selector)

describe('the broken link', () => {
  test.each<[string, Partial<ChainFacts>, RegExp]>([
    ['a rule that is not loaded', { rule: undefined }, /Prometheus has no rule of that name/],
    [
      'a rule that fails',
      { rule: { query: 'x', forSeconds: 0, lastError: 'many-to-many' } },
      /cannot be evaluated: many-to-many/,
    ],
    [
      'a metric that is gone',
      { gaps: [{ selector: 'cache_lookups_total', via: ['cache:errors:rate1m'], inputsExist: false }] },
      /nothing to read: cache_lookups_total has no samples \(read through cache:errors:rate1m\): is the metric renamed/,
    ],
    [
      'an expression that never held, with how near it came',
      { nearest: 'cache:errors:rate1m came to 12, needed >= 100' },
      /never held: cache:errors:rate1m >= 100 \(cache:errors:rate1m came to 12, needed >= 100\)$/,
    ],
    [
      'an expression that never held because of a metric that an `or` hides',
      { hiddenGaps: [{ selector: 'lost', via: ['cache:errors:rate1m'], inputsExist: false }] },
      /never held.*below it, lost has no samples/,
    ],
    ['a signal that was too short', { heldSeconds: 1.5 }, /held for 1.5 s at most, but has to hold for 3 s/],
    [
      'an Alertmanager that has not got it',
      { firedInPrometheus: true },
      /fires in Prometheus, but Alertmanager has not got it/,
    ],
    [
      'an Alertmanager that does not answer',
      { firedInPrometheus: true, alertmanager: 'unknown' },
      /Alertmanager does not answer/,
    ],
    ['a silence', { firedInPrometheus: true, alertmanager: 'suppressed' }, /a silence or an inhibition mutes it/],
    [
      'a message that did not arrive',
      { firedInPrometheus: true, alertmanager: 'active' },
      /its Slack message was not delivered/,
    ],
  ])('is %s', (_, facts, sentence) => {
    expect(brokenLink({ ...FACTS, ...facts })).toMatch(sentence)
    expect(brokenLink({ ...FACTS, ...facts })).toMatch(/^CacheErrorsHigh: /)
  })
})

describe('what an expression reads in vain', () => {
  test('is found below the recorded names, with the way there', async () => {
    expect(await gapsOf('cache:errors:rate1m >= 100', RECORDINGS, present(), 'shallow')).toEqual([
      { selector: 'cache_lookups_total{result="error"}', via: ['cache:errors:rate1m'], inputsExist: false },
      { selector: 'cache_lookups_total', via: ['cache:errors:rate1m', 'cache:lookups:rate1m'], inputsExist: false },
    ])
  })

  test('is nothing when the recorded name has samples, unless one looks below it', async () => {
    const samples = present('cache:errors:rate1m', 'cache:lookups:rate1m', 'cache_lookups_total')
    expect(await gapsOf('cache:errors:rate1m >= 100', RECORDINGS, samples, 'shallow')).toEqual([])
    expect(await gapsOf('cache:errors:rate1m >= 100', RECORDINGS, samples, 'deep')).toEqual([
      { selector: 'cache_lookups_total{result="error"}', via: ['cache:errors:rate1m'], inputsExist: false },
    ])
  })

  test('is the recorded name itself when all that it is computed from is there', async () => {
    const samples = present('cache_lookups_total', 'cache_lookups_total{result="error"}', 'cache:lookups:rate1m')
    expect(await gapsOf('cache:errors:rate1m >= 100', RECORDINGS, samples, 'shallow')).toEqual([
      { selector: 'cache:errors:rate1m', via: [], inputsExist: true },
    ])
  })
})

test('the longest run is broken by a gap', () => {
  expect(longestRun([1000, 1500, 2000, 5000, 5500], 0.5)).toBe(1.5)
  expect(longestRun([], 0.5)).toBe(0)
})
