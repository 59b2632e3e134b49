import { PromqlError } from '@drillbook/content/rules/promql'
import { describe, expect, test } from '@jest/globals'
import { comparisonAtTop } from '../src/promql/comparison.ts'

describe('comparisonAtTop', () => {
  test.each([
    ['a:b >= 100', { left: 'a:b', operator: '>=', value: 100 }],
    ['(a == 0)', { left: 'a', operator: '==', value: 0 }],
    ['a < -0.5', { left: 'a', operator: '<', value: -0.5 }],
    ['a > bool 1e3', { left: 'a', operator: '>', value: 1000 }],
    ['a <= 0 and on (service) b >= 10', { left: 'a', operator: '<=', value: 0 }],
    ['(a >= 2) unless c > 1 and d > 1', { left: 'a', operator: '>=', value: 2 }],
    ['a >= 3 * a:normal', { left: 'a', operator: '>=', value: 3, times: 'a:normal' }],
    ['a >= (a:normal * 3)', { left: 'a', operator: '>=', value: 3, times: 'a:normal' }],
    ['rate(x[5m]) * 60 >= 100', { left: 'rate(x[5m]) * 60', operator: '>=', value: 100 }],
  ])('finds the number in %s', (expr, comparison) => {
    expect(comparisonAtTop(expr)).toEqual(comparison)
  })

  test.each(['a', 'vector(1)', 'a > b', 'a + 1', 'a > 1 or b > 2', 'absent(a > 1)', 'a >= a:normal + 3'])(
    'finds none in %s',
    (expr) => {
      expect(comparisonAtTop(expr)).toBeUndefined()
    },
  )

  test.each(['a >=', 'a >= 1 and', 'sum(a', ''])('refuses what is no PromQL: %j', (expr) => {
    expect(() => comparisonAtTop(expr)).toThrow(PromqlError)
  })
})
