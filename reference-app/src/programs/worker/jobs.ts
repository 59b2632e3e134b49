import type { Logger, MetricsRegistry } from '@drillbook/instrumentation'
import { forgetInquiries } from '../../accounts/support/forget-inquiries.ts'
import { InquiryStore } from '../../accounts/support/inquiry-store.ts'
import { type Cancelling, cancelUnpaidOrders } from '../../commerce/orders/cancel-unpaid-orders.ts'
import { countStuckOrders } from '../../commerce/orders/count-stuck-orders.ts'
import { orderMetrics } from '../../commerce/orders/metrics.ts'
import { countAllSales, countNewSales } from '../../commerce/statistics/count-sales.ts'
import { forgetSales } from '../../commerce/statistics/forget-sales.ts'
import { StatisticsStore } from '../../commerce/statistics/statistics-store.ts'
import { Auditor } from '../../operations/auditor/auditor.ts'
import { AuditorEvents } from '../../operations/auditor/events.ts'
import { INVARIANTS } from '../../operations/auditor/invariants.ts'
import { invariantMetrics } from '../../operations/auditor/metrics.ts'
import type { AnswerStore } from '../../platform/idempotency/answer-store.ts'
import { forgetAnswers } from '../../platform/idempotency/forget-answers.ts'
import type { Job, MakeJob } from '../../platform/jobs/job.ts'
import type { Catalogue } from '../../ticketing/catalogue/catalogue.ts'
import { expireHolds } from '../../ticketing/reservation/expire-holds.ts'
import { forgetReservations } from '../../ticketing/reservation/forget-reservations.ts'
import { holdMetrics } from '../../ticketing/reservation/metrics.ts'
import type { ReservationStore } from '../../ticketing/reservation/reservation-store.ts'
import { forgetStays } from '../../ticketing/waiting-room/forget-stays.ts'
import { JournalStore } from '../../ticketing/waiting-room/journal-store.ts'

/**
 * How long a seat map may go on hiding a seat whose hold has expired: less than a visitor looks at it. Milliseconds.
 */
const HOLD_EXPIRY_EVERY_MS = 2_000
/** What is cleaned was kept for a day at least: a minute more or less does not matter. Milliseconds. */
const CLEANING_EVERY_MS = 60_000
/** Late by this is nothing next to the quarter of an hour that was waited. Milliseconds. */
const ORDER_CANCELLATION_EVERY_MS = 10_000
/** As often as Prometheus looks. Milliseconds. */
const STUCK_ORDERS_EVERY_MS = 10_000
/** As often as Prometheus looks. Milliseconds. */
const AUDIT_EVERY_MS = 10_000
/** Who reads figures of hours can wait for a minute. Milliseconds. */
const STATISTICS_EVERY_MS = 60_000
/** The heavy one: everything again. Milliseconds. */
const STATISTICS_REBUILD_EVERY_MS = 900_000

export interface JobParts extends Cancelling {
  registry: MetricsRegistry
  logger: Logger
  job: MakeJob
  reservations: ReservationStore
  catalogue: Catalogue
  answers: AnswerStore
}

/** What a worker does besides payments. Several workers may do all of it at once. */
export function workerJobs({ registry, logger, job, reservations, catalogue, answers, ...shop }: JobParts): Job[] {
  const orders = orderMetrics(registry)
  const holds = holdMetrics(registry)
  const invariants = INVARIANTS.map(({ name }) => name)
  const auditor = new Auditor({
    database: shop.database,
    events: new AuditorEvents(invariantMetrics(registry, { invariants }), logger),
    invariants: INVARIANTS,
  })
  const statistics = new StatisticsStore(shop.database)
  const inquiries = new InquiryStore(shop.database)
  const journal = new JournalStore(shop.database)

  return [
    job({ name: 'auditor', pauseMs: AUDIT_EVERY_MS, work: (halt) => auditor.work(halt) }),
    job({ name: 'sales-statistics', pauseMs: STATISTICS_EVERY_MS, work: (halt) => countNewSales(statistics, halt) }),
    job({
      name: 'sales-statistics-rebuild',
      pauseMs: STATISTICS_REBUILD_EVERY_MS,
      work: (halt) => countAllSales(statistics, halt),
    }),
    job({
      name: 'hold-expiry',
      pauseMs: HOLD_EXPIRY_EVERY_MS,
      work: (halt) => expireHolds(reservations, catalogue, holds, halt),
    }),
    job({
      name: 'data-cleaning',
      pauseMs: CLEANING_EVERY_MS,
      work: async (halt) => {
        await forgetReservations(reservations, halt)
        await forgetInquiries(inquiries, halt)
        await forgetSales(statistics, halt)
      },
    }),
    job({ name: 'idempotency-cleaning', pauseMs: CLEANING_EVERY_MS, work: (halt) => forgetAnswers(answers, halt) }),
    job({ name: 'waiting-room-cleaning', pauseMs: CLEANING_EVERY_MS, work: (halt) => forgetStays(journal, halt) }),
    job({
      name: 'order-cancellation',
      pauseMs: ORDER_CANCELLATION_EVERY_MS,
      work: (halt) => cancelUnpaidOrders(shop, halt),
    }),
    job({ name: 'stuck-orders', pauseMs: STUCK_ORDERS_EVERY_MS, work: () => countStuckOrders(shop.orders, orders) }),
  ]
}
