import { createRegistry, jobMetrics } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'

test('each job has its outcomes and its pause at 0 from the start, and counts its own runs', async () => {
  const registry = createRegistry({ service: 'test' })
  const expiry = jobMetrics(registry, { job: 'hold-expiry' })
  jobMetrics(registry, { job: 'cleaning' })
  expiry.ran('success')
  expiry.ran('success')
  expiry.ran('failed')
  const runs = await samples(registry, 'job_runs_total')
  expect(runs.map(({ labels, value }) => [labels.job, labels.outcome, value])).toEqual([
    ['hold-expiry', 'success', 2],
    ['hold-expiry', 'failed', 1],
    ['cleaning', 'success', 0],
    ['cleaning', 'failed', 0],
  ])
  const paused = await samples(registry, 'job_paused')
  expect(paused.map(({ labels, value }) => [labels.job, value])).toEqual([
    ['hold-expiry', 0],
    ['cleaning', 0],
  ])
})

test('a paused job says so until it goes on', async () => {
  const registry = createRegistry({ service: 'test' })
  const job = jobMetrics(registry, { job: 'cleaning' })
  job.paused(true)
  expect((await samples(registry, 'job_paused'))[0]?.value).toBe(1)
  job.paused(false)
  expect((await samples(registry, 'job_paused'))[0]?.value).toBe(0)
})
