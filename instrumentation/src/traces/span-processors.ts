import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { SpanProtocol } from './settings.ts'

/**
 * With no protocol spans are made, for logs and exemplars to name, and go nowhere: the SDK wants a processor even so.
 */
const NOWHERE: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

export async function spanProcessors(protocol: SpanProtocol | undefined): Promise<SpanProcessor[]> {
  if (protocol === undefined) return [NOWHERE]
  return [new BatchSpanProcessor({ exporter: await exporter(protocol) })]
}

async function exporter(protocol: SpanProtocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}
