import { createLogger, createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { OrderEvents } from '../src/commerce/orders/events.ts'
import type { JobEvents } from '../src/platform/jobs/events.ts'
import { Job, type JobOptions } from '../src/platform/jobs/job.ts'
import { type JobParts, workerJobs } from '../src/programs/worker/jobs.ts'

/** More than any of these jobs does at a time. */
const BACKLOG = 10

const registry = createRegistry({ service: 'test' })
const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', registry })
const silent = { succeeded: () => undefined, failed: () => undefined, paused: () => undefined } as unknown as JobEvents

/** The work of this job as a worker has it, each batch of which is full; `batch` is told the number of each. */
function workOf(name: string, batch: (n: number) => void): JobOptions['work'] {
  let batches = 0
  const rows = async <Row>(count: number, row: Row) => {
    batches += 1
    batch(batches)
    return Array<Row>(batches < BACKLOG ? count : 0).fill(row)
  }
  const works = new Map<string, JobOptions['work']>()
  const nothing = async () => undefined
  workerJobs({
    registry,
    logger,
    job: (options: JobOptions) => {
      works.set(options.name, options.work)
      return new Job(options, silent)
    },
    reservations: { expireHolds: (limit: number) => rows(limit, { concertId: 1, scheduleId: 1 }) },
    catalogue: { seatsChanged: nothing },
    database: { transaction: (work: (transaction: unknown) => Promise<unknown>) => work({}) },
    orders: { moveUnpaid: (_: unknown, _seconds: number, limit: number) => rows(limit, { id: 1, couponIssueId: 1 }) },
    products: { giveBack: nothing },
    coupons: { giveBack: nothing },
    orderEvents: new OrderEvents(logger),
  } as unknown as JobParts)
  const work = works.get(name)
  if (work === undefined) throw new Error(`there is no job ${name}`)
  return work
}

test.each(['hold-expiry', 'order-cancellation'])(
  '%s works off a backlog, but ends with the batch of now when it is to end',
  async (name) => {
    let done = 0
    await workOf(name, (n) => {
      done = n
    })(new AbortController().signal)
    expect(done).toBe(BACKLOG)

    const halt = new AbortController()
    await workOf(name, (n) => {
      done = n
      if (n === 2) halt.abort()
    })(halt.signal)
    expect(done).toBe(2)
  },
)
