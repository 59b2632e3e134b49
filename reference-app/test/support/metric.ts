import type { MetricsRegistry } from '@drillbook/instrumentation'

export interface Series {
  labels: Record<string, string>
  value: number
}

/** The sum of all series of this metric that carry these labels, as scraped now. 0 when there is none. */
export async function metricOf(url: string, name: string, labels: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000) })
  const lines = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return lines
    .filter((line) => wanted.every((text) => line.includes(text)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** The series of one metric as they stand, without HTTP. The parts of a histogram have names, too: `..._count`. */
export async function seriesOf(registry: MetricsRegistry, name: string): Promise<Series[]> {
  const metrics = await registry.getMetricsAsJSON()
  return metrics.flatMap((metric) =>
    (metric.values as (Series & { metricName?: string })[]).filter(
      ({ metricName = metric.name }) => metricName === name,
    ),
  )
}
