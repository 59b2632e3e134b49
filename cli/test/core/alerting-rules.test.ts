import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'

let prometheus: FakePrometheus
beforeEach(async () => {
  prometheus = await fakePrometheus()
})
afterEach(() => prometheus.close())

test('a warning and a critical rule of one name are one alert, which fires while either does', async () => {
  const fires = { name: 'ServiceErrorsHigh', incident: 'triage', severity: 'warning', state: 'firing' } as const
  prometheus.alerts.push(fires, { ...fires, severity: 'critical', state: 'pending' })
  const [alert, ...others] = await new PrometheusClient({ url: prometheus.url }).alertingRules()
  expect(others).toEqual([])
  expect(alert?.alerts.map((each) => [each.labels.severity, each.state])).toEqual([
    ['warning', 'firing'],
    ['critical', 'pending'],
  ])
})
