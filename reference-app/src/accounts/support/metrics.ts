import { counter, type MetricsRegistry } from '@drillbook/instrumentation'

export interface SupportMetricsOptions<Topic extends string> {
  /** All that there are, each at 0 from the start. */
  topics: readonly Topic[]
}

export interface SupportMetrics<Topic extends string> {
  /** Counts one inquiry in `support_inquiries_total`. */
  inquired(topic: Topic): void
}

/** Metrics of inquiries: a surge of them is how an incident looks from outside. */
export function supportMetrics<Topic extends string>(
  registry: MetricsRegistry,
  { topics }: SupportMetricsOptions<Topic>,
): SupportMetrics<Topic> {
  const inquiries = counter(registry, {
    name: 'support_inquiries_total',
    help: 'Inquiries to customer support by topic',
    labelNames: ['topic'],
  })
  for (const topic of topics) inquiries.labels({ topic }).inc(0)
  return { inquired: (topic) => inquiries.labels({ topic }).inc() }
}
