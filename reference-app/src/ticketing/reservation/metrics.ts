import { counter, type MetricsRegistry } from '@drillbook/instrumentation'

export interface HoldMetrics {
  /** Counts holds in `seat_holds_expired_total`, after the commit that wrote their end down. */
  expired(holds: number): void
}

/** Metrics of holds that expired unpaid. */
export function holdMetrics(registry: MetricsRegistry): HoldMetrics {
  const expired = counter(registry, {
    name: 'seat_holds_expired_total',
    help: 'Reservations that were not paid in time, so that their seat is free again',
  })
  return { expired: (holds) => expired.inc(holds) }
}
