import { createRegistry, outcomeMetrics } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'

test('an operation counts under its outcome and reason', async () => {
  const registry = createRegistry({ service: 'test' })
  const outcomes = outcomeMetrics(registry)
  outcomes.record('seat_map', 'success')
  outcomes.record('seat_map', 'success')
  outcomes.record('seat_map', 'failed', 'timeout')
  const counted = await samples(registry, 'operation_outcomes_total')
  expect(counted.map(({ labels, value }) => [...Object.values(labels), value])).toEqual([
    ['seat_map', 'success', '', 2],
    ['seat_map', 'failed', 'timeout', 1],
  ])
})

test('declared operations have all outcomes and reasons at 0 from the start', async () => {
  const registry = createRegistry({ service: 'test' })
  outcomeMetrics(registry, { operations: ['seat_map'], reasons: { rejected: ['sold_out'], failed: ['timeout'] } })
  const counted = await samples(registry, 'operation_outcomes_total')
  expect(counted.map(({ labels, value }) => [labels.outcome, labels.reason, value])).toEqual([
    ['success', '', 0],
    ['rejected', '', 0],
    ['failed', '', 0],
    ['rejected', 'sold_out', 0],
    ['failed', 'timeout', 0],
  ])
})

test('reasons and operations that nobody bounded end in one series', async () => {
  const registry = createRegistry({ service: 'test' })
  const outcomes = outcomeMetrics(registry)
  outcomes.record('seat_map', 'rejected', 'seat 17 of user 4 is taken')
  for (let index = 0; index < 150; index++) outcomes.record('seat_map', 'rejected', `reason_${index}`)
  for (let index = 0; index < 150; index++) outcomes.record(`operation_${index}`, 'success')
  const counted = await samples(registry, 'operation_outcomes_total')
  const reasons = counted.filter(({ labels }) => labels.operation === 'seat_map')
  expect(reasons).toHaveLength(101)
  expect(reasons.find(({ labels }) => labels.reason === 'other')?.value).toBe(51)
  expect(new Set(counted.map(({ labels }) => labels.operation)).size).toBe(101)
})
