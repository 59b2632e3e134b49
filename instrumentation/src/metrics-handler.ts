import type { IncomingMessage, ServerResponse } from 'node:http'
import { Registry } from 'prom-client'
import { plainText } from './plain-text.ts'
import type { MetricsRegistry } from './registry.ts'

/**
 * Answers a scrape: OpenMetrics (with exemplars) to whoever prefers it, as Prometheus does, else the plain text that
 * `curl` and `promtool check metrics` want. 500 with one line of text if a metric cannot be collected.
 */
export function metricsHandler(registry: MetricsRegistry): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const openMetrics = prefersOpenMetrics(req.headers.accept)
    const body = openMetrics ? registry.metrics() : plainText(registry)
    const contentType = openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE
    body.then(
      (text) => res.writeHead(200, { 'content-type': contentType, vary: 'accept' }).end(text),
      (error: unknown) =>
        res
          .writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
          .end(`metrics cannot be collected: ${error instanceof Error ? error.name : 'unknown error'}\n`),
    )
  }
}

/**
 * Whether OpenMetrics 1.0 is asked for by name and not less than plain text (RFC 9110, quality values; a wildcard does
 * not count as asking).
 */
function prefersOpenMetrics(accept = ''): boolean {
  let openMetrics = 0
  let plain = 0
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const parameter = (name: string) => parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
    const quality = Number(parameter('q') ?? 1)
    if (type === 'text/plain') plain = Math.max(plain, quality)
    if (type === 'application/openmetrics-text' && (parameter('version') ?? '1.0.0') === '1.0.0') {
      openMetrics = Math.max(openMetrics, quality)
    }
  }
  return openMetrics > 0 && openMetrics >= plain
}
