import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 2 = server, 3 = client */
  kind: number
  /** Short name of the instrumentation that made it: `http`, `express`, `pg`, `ioredis`, `undici`. */
  by: string
  attributes: Record<string, unknown>
}

interface SentSpan extends Omit<ReceivedSpan, 'by' | 'attributes'> {
  attributes: { key: string; value: Record<string, unknown> }[]
}

interface TraceExport {
  resourceSpans: { scopeSpans: { scope: { name: string }; spans: SentSpan[] }[] }[]
}

export interface OtlpReceiver {
  url: string
  spans: ReceivedSpan[]
  [Symbol.asyncDispose](): Promise<void>
}

/** A collector that keeps what it is sent: OTLP over HTTP as JSON. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const server = createServer(async (req, res) => {
    const body = (await json(req)) as TraceExport
    for (const { scope, spans: sent } of body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
      const by = scope.name.replace('@opentelemetry/instrumentation-', '')
      spans.push(...sent.map((span) => ({ ...span, by, attributes: valuesOf(span) })))
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Each attribute's value, of whatever type. */
function valuesOf({ attributes }: SentSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
