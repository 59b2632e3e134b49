import { Counter, Gauge, Histogram } from 'prom-client'
import { secondsBuckets } from './buckets.ts'
import type { MetricsRegistry } from './registry.ts'

interface Description<Label extends string> {
  name: string
  help: string
  labelNames?: readonly Label[]
}

interface HistogramDescription<Label extends string> extends Description<Label> {
  /** @default secondsBuckets */
  buckets?: readonly number[]
  enableExemplars?: boolean
}

/** The registry's counter of that name, made on first use: two caches or two pools share one metric. */
export function counter<Label extends string>(
  registry: MetricsRegistry,
  description: Description<Label>,
): Counter<Label> {
  const existing = registry.getSingleMetric<Label>(description.name)
  if (existing instanceof Counter) return existing
  return new Counter({ ...description, registers: [registry] })
}

/** The registry's gauge of that name, made on first use. `collect` of the first maker counts. */
export function gauge<Label extends string>(
  registry: MetricsRegistry,
  description: Description<Label> & { collect?: (this: Gauge<Label>) => void },
): Gauge<Label> {
  const existing = registry.getSingleMetric<Label>(description.name)
  if (existing instanceof Gauge) return existing
  return new Gauge({ ...description, registers: [registry] })
}

/** The registry's histogram of that name, made on first use. */
export function histogram<Label extends string>(
  registry: MetricsRegistry,
  { buckets = secondsBuckets, ...description }: HistogramDescription<Label>,
): Histogram<Label> {
  const existing = registry.getSingleMetric<Label>(description.name)
  if (existing instanceof Histogram) return existing
  return new Histogram({ ...description, buckets: [...buckets], registers: [registry] })
}
