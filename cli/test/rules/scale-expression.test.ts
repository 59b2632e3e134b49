import { parsePromql } from '@drillbook/content/rules/promql'
import { expect, test } from '@jest/globals'
import { ageNamesOf } from '../../src/rules/elapsed-time.ts'
import { scaleExpression } from '../../src/rules/scale-expression.ts'

function scaled(text: string, speed = 10, ageNames: string[] = []): { text: string; problems: unknown[] } {
  return scaleExpression(parsePromql(text), { speed, scrapeIntervalMs: 10_000, ageNames: new Set(ageNames) })
}

test.each([
  ['rate(x[1m])', 'rate(x[6s])'],
  ['rate(x[5m]) * 60 >= 100', 'rate(x[30s]) * 60 >= 100'],
  ['quantile_over_time(0.5, y[23h] offset 1h)', 'quantile_over_time(0.5, y[2h18m] offset 6m)'],
  ['y offset -1h30m', 'y offset -9m'],
  ['max_over_time(rate(x[1m])[1h:1m])', 'max_over_time(rate(x[6s])[6m:6s])'],
  ['max_over_time(y[1h:])', 'max_over_time(y[6m:])'],
  ['rate(x[1m] @ 1700000000)', 'rate(x[6s] @ 1700000000)'],
  [
    'sum by (job) (rate(x{path="[1m] offset 5m"}[1m])) # [1m]',
    'sum by (job) (rate(x{path="[1m] offset 5m"}[6s])) # [1m]',
  ],
  ['time() - x > 300', 'time() - x > 30'],
  ['300 < time() - x', '30 < time() - x'],
  ['x < time() - 300', 'x < time() - 30'],
  ['time() - max by (job) (x) > 5 * 60', 'time() - max by (job) (x) > 0.5 * 60'],
  ['(time() - x) / 60 > (5 + 10)', '(time() - x) / 60 > (0.5 + 1)'],
  ['max(time() - x) - 60 > 300 and y > 300', 'max(time() - x) - 6 > 30 and y > 300'],
  ['(time() - x > bool 300) > 5', '(time() - x > bool 30) > 5'],
  ['job:age:seconds > 300', 'job:age:seconds > 30'],
  ['predict_linear(x[1h], 4 * 3600) > 100', 'predict_linear(x[6m], 0.4 * 3600) > 100'],
])('%s becomes %s', (before, after) => {
  expect(scaled(before, 10, ['job:age:seconds'])).toEqual({ text: after, problems: [] })
})

test.each([
  'x >= 100',
  'x / 60 > 5',
  'time() % 86400 > 3600',
  'time() > 1700000000',
  'count(time() - x) > 3',
  'clamp_min(x, 20)',
  'x{for="5m"} > 5',
])('%s has nothing to scale', (text) => {
  expect(scaled(text)).toEqual({ text, problems: [] })
})

test('speed 1 changes no character, whatever the notation', () => {
  const text = 'rate( x [60s] ) > 1 and time() - x > 60'
  expect(scaled(text, 1)).toEqual({ text, problems: [] })
})

test('slower than real time is possible, too', () => {
  expect(scaled('rate(x[1m] offset 90s)', 0.5).text).toBe('rate(x[2m] offset 3m)')
})

test.each([
  [
    'sum(increase(x[1m])) > 5',
    4,
    'increase() depends on how long its window is, so it cannot be played faster: use rate()',
  ],
  ['delta(x[1m]) > 5', 0, 'delta() depends on how long its window is, so it cannot be played faster: use deriv()'],
  ['rate(x[30s])', 7, 'the range 30s is shorter than four scrapes (40s)'],
  ['rate(x[1m] offset 5ms)', 18, '5ms at speed 10 is 0.5 ms: below 1 ms'],
  ['rate(x[1m] offset 15ms)', 18, '15ms at speed 10 is 1.5 ms: not a whole number of ms'],
  ['rate(x[5m * 2])', 7, '"5m * 2" is not a plain duration'],
  ['rate(x[1m]', 10, 'not PromQL at its end'],
  ['rate(x[1m]) > > 3', 14, 'not PromQL at "> 3"'],
])('%s is refused', (text, offset, message) => {
  expect(scaled(text).problems).toContainEqual({ offset, message })
})

test('a name that records a passing time makes another such name of what is recorded from it', () => {
  const rules = [
    { record: 'job:oldest:seconds', expression: parsePromql('max by (job) (job:age:seconds) or vector(0)') },
    { record: 'job:age:seconds', expression: parsePromql('time() - job_started_seconds') },
    { record: 'job:busy:ratio', expression: parsePromql('job:age:seconds / job:limit:seconds') },
  ]
  expect([...ageNamesOf(rules)].sort()).toEqual(['job:age:seconds', 'job:oldest:seconds'])
})
