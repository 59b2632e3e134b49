import { createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { paymentProviderMetrics } from '../src/commerce/payments/provider-metrics.ts'
import { seriesOf } from './support/metric.ts'

test('a request to a provider is timed under what was learnt; the usual results are there from the start', async () => {
  const registry = createRegistry({ service: 'test' })
  const metrics = paymentProviderMetrics(registry, { providers: ['primary'] })
  metrics.requested('primary', 'charge', 'charged', 0.04)
  metrics.requested('primary', 'show', 'absent', 0.02)
  const counts = await seriesOf(registry, 'payment_provider_request_duration_seconds_count')
  expect(counts.map(({ labels, value }) => [labels.request, labels.result, value])).toEqual([
    ['charge', 'charged', 1],
    ['charge', 'declined', 0],
    ['charge', 'timeout', 0],
    ['show', 'absent', 1],
  ])
})

test('results that nobody bounded end in one series', async () => {
  const registry = createRegistry({ service: 'test' })
  const metrics = paymentProviderMetrics(registry, { providers: ['primary'] })
  for (let index = 0; index < 80; index++) metrics.requested('primary', 'charge', `error_${index}`, 1)
  const counts = await seriesOf(registry, 'payment_provider_request_duration_seconds_count')
  expect(counts.find(({ labels }) => labels.result === 'other')?.value).toBe(30)
})

test('the breaker of a provider is closed from the start and says when it is not', async () => {
  const registry = createRegistry({ service: 'test' })
  const metrics = paymentProviderMetrics(registry, { providers: ['primary', 'secondary'] })
  metrics.breakerOpen('primary', true)
  const open = await seriesOf(registry, 'payment_provider_breaker_open')
  expect(open.map(({ labels, value }) => [labels.provider, value])).toEqual([
    ['primary', 1],
    ['secondary', 0],
  ])
})
