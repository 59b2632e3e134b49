import { gauge, type MetricsRegistry } from '@drillbook/instrumentation'

export interface OrderMetrics {
  /** How many orders were placed and have come to no end for too long, as counted last. Starts as 0. */
  stuck(orders: number): void
}

/** Metrics of orders, `orders_stuck`: for the process that counts them, once for all instances. */
export function orderMetrics(registry: MetricsRegistry): OrderMetrics {
  const stuck = gauge(registry, {
    name: 'orders_stuck',
    help: 'Orders that wait for the end of their payment for more than two minutes',
  })
  stuck.set(0)
  return { stuck: (orders) => stuck.set(orders) }
}
