import { expect, test } from '@jest/globals'
import { metricNames, thresholdsOf } from '../src/rules/promql.ts'

test('metric names are those of all selectors, each once, and of nothing else', () => {
  const promql =
    'sum by (service) (rate(a_total{b="c_total"}[1m])) / on (service) (a_total > 0) or {__name__="d:e"} # f_total'
  expect(metricNames(promql)).toEqual(['a_total', 'd:e'])
})

test('a selector by labels or by a name pattern has no name', () => {
  expect(metricNames('{job="x"} or {__name__=~"a.*"}')).toEqual([])
})

test('a threshold is a comparison with a constant, on either side', () => {
  expect(thresholdsOf('a >= 2 and 10 <= sum(b) and c < (-0.5) and d > e')).toEqual([
    { metrics: ['a'], operator: '>=', value: 2 },
    { metrics: ['b'], operator: '>=', value: 10 },
    { metrics: ['c'], operator: '<', value: -0.5 },
  ])
})

test('metricNames lists each selected metric once, and neither labels nor functions', () => {
  expect(metricNames('sum by (job) (rate(x_total{y="z"}[1m])) / on (job) a:b:c + x_total offset 1m')).toEqual([
    'x_total',
    'a:b:c',
  ])
})
