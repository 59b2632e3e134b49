import { jobMetrics, type Logger, type MetricsRegistry } from '@drillbook/instrumentation'
import type { AnswerStore } from '../idempotency/answer-store.ts'
import { forgetAnswers } from '../idempotency/forget-answers.ts'
import { JobEvents } from '../jobs/events.ts'
import { Job } from '../jobs/job.ts'
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

/** Everything that an instance does without being asked. */
export function backgroundJobs({ registry, logger, reservations, catalogue, answers }: JobParts): Job[] {
  const job = (name: string, pauseMs: number, work: () => Promise<void>) =>
    new Job({ name, pauseMs, work }, new JobEvents(name, jobMetrics(registry, { job: name }), logger))

  return [
    job('hold-expiry', HOLD_EXPIRY_EVERY_MS, () => expireHolds(reservations, catalogue)),
    job('idempotency-cleaning', IDEMPOTENCY_CLEANING_EVERY_MS, () => forgetAnswers(answers)),
  ]
}
