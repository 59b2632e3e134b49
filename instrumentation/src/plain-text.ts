import { type Metric, Registry } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

/**
 * The registry in Prometheus' plain text format: no exemplars, no `# EOF`, counters with `_total` in their type line.
 *
 * prom-client cannot do both from one registry: writing OpenMetrics strips `_total` from the counters' names for good,
 * and the plain text written after that would lack it. So counters are shown through a view that puts it back.
 */
export function plainText(registry: MetricsRegistry): Promise<string> {
  const plain = new Registry()
  for (const metric of registry.getMetricsAsArray() as unknown as CollectedMetric[]) plain.registerMetric(view(metric))
  return plain.metrics()
}

type CollectedMetric = Metric & { name: string; type: string; get(): Promise<{ name: string }> }

function view(metric: CollectedMetric): Metric {
  if (metric.type !== 'counter') return metric
  const name = `${metric.name.replace(/_total$/, '')}_total`
  return { name, get: async () => ({ ...(await metric.get()), name }) } as unknown as Metric
}
