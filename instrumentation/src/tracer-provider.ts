import { SpanKind } from '@opentelemetry/api'
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  processDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Sampling, SpanProtocol, TracingSettings } from './tracing-settings.ts'

/**
 * Makes the provider; service name and further attributes come from `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
 */
export async function tracerProvider({ exportProtocol, sampling }: TracingSettings): Promise<TracerProvider> {
  const detected = detectResources({
    detectors: [serviceInstanceIdDetector, processDetector, hostDetector, envDetector],
  })
  return new TracerProvider({
    resource: defaultResource().merge(detected),
    sampler: sampler(sampling),
    spanProcessors:
      exportProtocol === undefined ? [] : [new BatchSpanProcessor({ exporter: await exporter(exportProtocol) })],
  })
}

/** Loaded only when used: the encoders are the larger half of the SDK. */
async function exporter(protocol: SpanProtocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

/**
 * A request that gets as far as a span was chosen already (`ignoreRequest`): a second throw of the dice would square
 * the ratio. The ratio is left for traces that start elsewhere, e.g. in a job.
 */
function sampler({ ratio, parentBased }: Sampling): Sampler {
  const always = new AlwaysOnSampler()
  const byRatio = new TraceIdRatioBasedSampler(ratio)
  const root: Sampler = {
    shouldSample: (context, traceId, _name, kind) =>
      kind === SpanKind.SERVER ? always.shouldSample() : byRatio.shouldSample(context, traceId),
    toString: () => `ServerAlwaysElse(${byRatio})`,
  }
  return new ParentBasedSampler({ root, ...(parentBased ? {} : { remoteParentNotSampled: always }) })
}
