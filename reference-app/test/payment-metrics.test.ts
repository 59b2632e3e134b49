import { createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { paymentMetrics } from '../src/commerce/payments/metrics.ts'
import { seriesOf } from './support/metric.ts'

test('an attempt to pay counts under its outcome and reason, and declared reasons are there from the start', async () => {
  const registry = createRegistry({ service: 'test' })
  const payments = paymentMetrics(registry, { reasons: { rejected: ['already_paid'], failed: ['timeout'] } })
  payments.attempted('success')
  payments.attempted('rejected', 'already_paid')
  const counted = await seriesOf(registry, 'payment_attempts_total')
  expect(counted.map(({ labels, value }) => [labels.outcome, labels.reason, value])).toEqual([
    ['success', '', 1],
    ['rejected', '', 0],
    ['failed', '', 0],
    ['rejected', 'already_paid', 1],
    ['failed', 'timeout', 0],
  ])
})

test('reasons that nobody bounded end in one series', async () => {
  const registry = createRegistry({ service: 'test' })
  const payments = paymentMetrics(registry)
  payments.attempted('rejected', 'user 4 has 17 left')
  for (let index = 0; index < 150; index++) payments.attempted('rejected', `reason_${index}`)
  const counted = await seriesOf(registry, 'payment_attempts_total')
  expect(counted.find(({ labels }) => labels.reason === 'other')?.value).toBe(51)
})
