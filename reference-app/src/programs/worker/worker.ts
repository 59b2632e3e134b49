import type { IncomingMessage, ServerResponse } from 'node:http'
import { CouponStore } from '../../commerce/coupons/coupon-store.ts'
import { OrderEvents } from '../../commerce/orders/events.ts'
import { orderSettlement } from '../../commerce/orders/order-settlement.ts'
import { OrderStore } from '../../commerce/orders/order-store.ts'
import { ProviderChoice } from '../../commerce/payments/provider-choice.ts'
import { productSales } from '../../commerce/products/product-sales.ts'
import { ProductSalesStore } from '../../commerce/products/product-sales-store.ts'
import { ProductStore } from '../../commerce/products/product-store.ts'
import { operationsApp } from '../../operations/app.ts'
import { createPlane } from '../../operations/plane.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { CacheEvents } from '../../platform/cache/events.ts'
import { Protection } from '../../platform/cache/protection.ts'
import { CacheSources } from '../../platform/cache/sources.ts'
import { Database } from '../../platform/database/database.ts'
import { Notifications } from '../../platform/database/notifications.ts'
import { ReservedConnection } from '../../platform/database/reserved-connection.ts'
import { Health } from '../../platform/http/health.ts'
import { AnswerStore } from '../../platform/idempotency/answer-store.ts'
import { jobMaker } from '../../platform/jobs/job.ts'
import { JobSwitches } from '../../platform/jobs/settings.ts'
import { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import { Catalogue } from '../../ticketing/catalogue/catalogue.ts'
import { CatalogueStore } from '../../ticketing/catalogue/catalogue-store.ts'
import { ReservationStore } from '../../ticketing/reservation/reservation-store.ts'
import { processControls } from '../controls/controls.ts'
import type { Config } from './config.ts'
import { workerJobs } from './jobs.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { Telemetry } from './telemetry.ts'

/** One worker, assembled but bound to no port. */
export interface Worker {
  /** For operators and Prometheus. */
  operations: (request: IncomingMessage, response: ServerResponse) => void
  /** Takes what operators want, if Postgres answers within 2 s, and starts all jobs. */
  begin(): Promise<void>
  /** From now on it is not ready and begins nothing. Resolves when what it has begun has ended. */
  finish(): Promise<void>
  /** Lets go of Postgres and Redis, after the last job. */
  close(): Promise<void>
}

/** Who owns what: everything is made here, once, and handed down. */
export function createWorker(config: Config, telemetry: Telemetry): Worker {
  const { logger, registry } = telemetry
  const database = new Database({
    url: config.databaseUrl,
    applicationName: config.instance,
    registry,
    onIdleError: (error) =>
      logger.warn({ event: 'database.connection_lost', err: error }, 'an idle connection was lost'),
  })
  const cacheEvents = new CacheEvents(telemetry.cache, logger)
  const protection = new Protection((enabled) => cacheEvents.protectionSet(enabled))
  const sources = new CacheSources(config.cacheUrls, cacheEvents)
  const catalogue = new Catalogue(new CatalogueStore(database), new Cache(sources, protection, cacheEvents))
  const health = new Health(database)
  const job = jobMaker(registry, logger)
  const orders = new OrderStore(database)
  const orderEvents = new OrderEvents(logger)
  const choice = new ProviderChoice()
  const payments = paymentJobs({
    database,
    registry,
    logger,
    providerUrls: config.providerUrls,
    choice,
    consumers: [
      orderSettlement({ orders, outbox: new OutboxStore(), orderEvents }),
      productSales(new ProductSalesStore(database)),
    ],
    job,
  })
  const others = workerJobs({
    registry,
    logger,
    job,
    reservations: new ReservationStore(database),
    catalogue,
    answers: new AnswerStore(database),
    database,
    orders,
    products: new ProductStore(database),
    coupons: new CouponStore(database),
    orderEvents,
  })
  const jobs = [...payments.jobs, ...others]
  const notifications = new Notifications({
    url: config.databaseUrl,
    applicationName: config.instance,
    onLost: (error) =>
      logger.warn({ event: 'database.notifications_lost', err: error }, 'announcements of Postgres are not heard'),
  })
  const controls = processControls({
    sources,
    protection,
    database,
    jobs: new JobSwitches(jobs),
    providerChoice: choice,
    heapSnapshotDir: config.heapSnapshotDir,
  })
  const plane = createPlane({
    instance: config.instance,
    version: config.version,
    connection: new ReservedConnection({ url: config.databaseUrl, applicationName: config.instance }),
    notifications,
    auditFile: config.auditFile,
    tokens: config.opsTokens,
    logger,
    ...controls,
    describe: () => ({}),
  })

  return {
    operations: operationsApp({ logger, serveMetrics: telemetry.serveMetrics, health, plane }),
    begin: async () => {
      await plane.begin()
      notifications.begin()
      for (const job of jobs) job.begin()
    },
    finish: async () => {
      health.drain()
      await Promise.all(jobs.map((job) => job.stop()))
    },
    close: async () => {
      await payments.close()
      await notifications.close()
      await plane.close()
      sources.close()
      await database.close()
    },
  }
}
