import { SpanKind } from '@opentelemetry/api'
import { AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import type { Sampling } from './tracing-settings.ts'

/**
 * A request that gets as far as a span was chosen already (`ignoreRequest`): a second throw of the dice would square
 * the ratio. The ratio is left for traces that start elsewhere, e.g. in a job.
 */
export function sampler({ ratio, parentBased }: Sampling): Sampler {
  const always = new AlwaysOnSampler()
  const byRatio = new TraceIdRatioBasedSampler(ratio)
  const root: Sampler = {
    shouldSample: (context, traceId, _name, kind) =>
      kind === SpanKind.SERVER ? always.shouldSample() : byRatio.shouldSample(context, traceId),
    toString: () => `ServerAlwaysElse(${byRatio})`,
  }
  return new ParentBasedSampler({ root, ...(parentBased ? {} : { remoteParentNotSampled: always }) })
}
