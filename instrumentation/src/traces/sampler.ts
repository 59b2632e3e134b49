import { SpanKind } from '@opentelemetry/api'
import { AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import type { Sampling } from './settings.ts'

/**
 * A request that gets as far as a span was chosen already (`ignoreRequest`): a second throw of the dice would square
 * the ratio. The ratio is left for traces that start elsewhere, e.g. in a job. It may change while it runs.
 */
export function sampler(sampling: Readonly<Sampling>): Sampler {
  const always = new AlwaysOnSampler()
  let byRatio = { ratio: sampling.ratio, sampler: new TraceIdRatioBasedSampler(sampling.ratio) }
  const current = (): Sampler => {
    const { ratio } = sampling
    if (byRatio.ratio !== ratio) byRatio = { ratio, sampler: new TraceIdRatioBasedSampler(ratio) }
    return byRatio.sampler
  }
  const root: Sampler = {
    shouldSample: (context, traceId, name, kind, attributes, links) =>
      kind === SpanKind.SERVER
        ? always.shouldSample()
        : current().shouldSample(context, traceId, name, kind, attributes, links),
    toString: () => `ServerAlwaysElse(${current()})`,
  }
  return new ParentBasedSampler({ root, ...(sampling.parentBased ? {} : { remoteParentNotSampled: always }) })
}
