import { type Logger, type MetricsRegistry, outboxMetrics } from '@drillbook/instrumentation'
import { ChargeEvents } from '../../commerce/payments/charge-events.ts'
import { Charging } from '../../commerce/payments/charging.ts'
import { paymentMetrics } from '../../commerce/payments/metrics.ts'
import { FAILURE_REASONS, PROVIDER_NAMES, type ProviderName } from '../../commerce/payments/order-payment.ts'
import { OrderPaymentStore } from '../../commerce/payments/order-payment-store.ts'
import { Provider } from '../../commerce/payments/provider.ts'
import type { ProviderChoice } from '../../commerce/payments/provider-choice.ts'
import { ProviderClient } from '../../commerce/payments/provider-client.ts'
import { paymentProviderMetrics } from '../../commerce/payments/provider-metrics.ts'
import { Providers } from '../../commerce/payments/providers.ts'
import { startPayment } from '../../commerce/payments/start-payment.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Job, MakeJob } from '../../platform/jobs/job.ts'
import type { Consumer } from '../../platform/outbox/consumer.ts'
import { DeliveryEvents } from '../../platform/outbox/delivery-events.ts'
import { DeliveryStore } from '../../platform/outbox/delivery-store.ts'
import { forgetEvents } from '../../platform/outbox/forget-events.ts'
import { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import { Relay } from '../../platform/outbox/relay.ts'

/**
 * How long an event waits when nothing is going on. Asking is one short indexed statement; a NOTIFY would make the
 * commits of all orders queue for one lock of the server, needs a connection of its own, can be lost, and so does not
 * save the asking. Milliseconds.
 */
const RELAY_EVERY_MS = 100
/** For what comes back after a failure; what is new wakes it at once. Milliseconds. */
const CHARGING_EVERY_MS = 500
/** Twice between two looks of Prometheus in the lab. Milliseconds. */
const BACKLOG_EVERY_MS = 2_000
/** Events are kept for an hour: a minute more or less does not matter. Milliseconds. */
const OUTBOX_CLEANING_EVERY_MS = 60_000

export interface PaymentJobParts {
  database: Database
  registry: MetricsRegistry
  logger: Logger
  providerUrls: Readonly<Record<ProviderName, string>>
  choice: ProviderChoice
  /** Who acts on events, beyond what payments themselves need. */
  consumers: readonly Consumer[]
  job: MakeJob
}

export interface PaymentJobs {
  jobs: Job[]
  /** After the last job. */
  close(): Promise<void>
}

/** What brings events to their consumers and payments to their end. */
export function paymentJobs(parts: PaymentJobParts): PaymentJobs {
  const { database, registry, logger, job } = parts
  const payments = new OrderPaymentStore(database)
  const deliveries = new DeliveryStore(database)
  const deliveryEvents = new DeliveryEvents(outboxMetrics(registry), logger)
  const providerMetrics = paymentProviderMetrics(registry, { providers: PROVIDER_NAMES })
  const reasons = { failed: FAILURE_REASONS }
  const chargeEvents = new ChargeEvents(paymentMetrics(registry, { reasons }), providerMetrics, logger)
  const provider = (name: ProviderName) =>
    new Provider(new ProviderClient(name, parts.providerUrls[name], providerMetrics), chargeEvents)
  const byName = { primary: provider('primary'), secondary: provider('secondary') }
  const providers = new Providers(byName, parts.choice)

  const relay = new Relay({
    database,
    deliveries,
    consumers: [startPayment(payments, () => chargingJob.wake()), ...parts.consumers],
    events: deliveryEvents,
    onMore: () => relayJob.wake(),
  })
  const outbox = new OutboxStore()
  const onEnded = () => relayJob.wake()
  const chargeParts = { database, payments, outbox, providers, events: chargeEvents, onEnded }
  const charging = new Charging(chargeParts, () => chargingJob.wake())

  const relayJob: Job = job({
    name: 'outbox-relay',
    pauseMs: RELAY_EVERY_MS,
    work: () => relay.work(),
    drained: () => relay.drained(),
  })
  const chargingJob: Job = job({
    name: 'payment-charging',
    pauseMs: CHARGING_EVERY_MS,
    work: () => charging.work(),
    drained: () => charging.finish(),
  })
  const backlog = async () => deliveryEvents.measured(await deliveries.backlog())
  return {
    jobs: [
      relayJob,
      chargingJob,
      job({ name: 'outbox-backlog', pauseMs: BACKLOG_EVERY_MS, work: backlog }),
      job({
        name: 'outbox-cleaning',
        pauseMs: OUTBOX_CLEANING_EVERY_MS,
        work: (halt) => forgetEvents(deliveries, halt),
      }),
    ],
    close: () => providers.close(),
  }
}
