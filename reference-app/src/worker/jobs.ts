import { jobMetrics, type Logger, type MetricsRegistry } from '@drillbook/instrumentation'
import type { AnswerStore } from '../idempotency/answer-store.ts'
import { forgetAnswers } from '../idempotency/forget-answers.ts'
import { JobEvents } from '../jobs/events.ts'
import { Job, type JobOptions } from '../jobs/job.ts'
import type { Catalogue } from '../ticketing/catalogue.ts'
import { expireHolds } from '../ticketing/expire-holds.ts'
import type { ReservationStore } from '../ticketing/reservation-store.ts'

/** How long a seat map may go on hiding a seat whose hold has expired: less than a visitor looks at it. Milliseconds. */
const HOLD_EXPIRY_EVERY_MS = 2_000
/** Keys are kept for a day: a minute more or less does not matter. Milliseconds. */
const IDEMPOTENCY_CLEANING_EVERY_MS = 60_000

export interface JobParts {
  registry: MetricsRegistry
  logger: Logger
  reservations: ReservationStore
  catalogue: Catalogue
  answers: AnswerStore
}

/** Everything that a worker does. Several workers may do all of it at once. */
export function workerJobs({ registry, logger, reservations, catalogue, answers }: JobParts): Job[] {
  const job = (options: JobOptions) =>
    new Job(options, new JobEvents(options.name, jobMetrics(registry, { job: options.name }), logger))

  return [
    job({ name: 'hold-expiry', pauseMs: HOLD_EXPIRY_EVERY_MS, work: () => expireHolds(reservations, catalogue) }),
    job({ name: 'idempotency-cleaning', pauseMs: IDEMPOTENCY_CLEANING_EVERY_MS, work: () => forgetAnswers(answers) }),
  ]
}
