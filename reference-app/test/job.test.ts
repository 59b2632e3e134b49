import { createLogger, createRegistry, jobMetrics } from '@drillbook/instrumentation'
import { afterEach, expect, test } from '@jest/globals'
import { JobEvents } from '../src/platform/jobs/events.ts'
import { Job } from '../src/platform/jobs/job.ts'
import { until } from './support/until.ts'

const registry = createRegistry({ service: 'test' })
const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', registry })
let job: Job
let runs = 0

function start(work: () => Promise<void> = async () => undefined, pauseMs = 5): Job {
  runs = 0
  const counted = async () => {
    runs += 1
    await work()
  }
  job = new Job(
    { name: 'test', pauseMs, work: counted },
    new JobEvents('test', jobMetrics(registry, { job: 'test' }), logger),
  )
  job.begin()
  return job
}
const isPaused = async () => /^job_paused\{job="test"\} (\d)$/m.exec(await registry.metrics())?.[1]

afterEach(async () => {
  await job.stop()
})

test('a paused job lets the run of now end, begins no other, not even when woken, and says so; resumed, it goes on at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  start(() => promise)
  await until('it runs', () => runs === 1)
  job.pause()
  resolve()
  job.wake()
  await new Promise((done) => setTimeout(done, 50)) // ten pauses: nothing may happen
  expect([runs, job.paused, await isPaused()]).toEqual([1, true, '1'])
  job.resume()
  await until('it goes on', () => runs > 1)
  expect([job.paused, await isPaused()]).toEqual([false, '0'])
})

test('a woken job runs at once, or once more after the run of now', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  start(() => promise, 60_000)
  job.wake()
  expect(runs).toBe(1)
  job.wake()
  job.wake()
  expect(runs).toBe(1)
  resolve()
  await until('it runs once more', () => runs === 2)
})
