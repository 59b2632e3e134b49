import { context, isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api'

/** Ids of the span that is active in this async context, in lower-case hex. */
export interface ActiveTrace {
  /** 32 digits */
  traceId: string
  /** 16 digits */
  spanId: string
  /** False when the trace is not recorded: a link to it would lead nowhere. */
  sampled: boolean
}

/**
 * Absent when there is no span here: no `--import .../register`, an ignored or unsampled request, work outside any
 * request.
 */
export function activeTrace(): ActiveTrace | undefined {
  const spanContext = trace.getSpanContext(context.active())
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return undefined
  const { traceId, spanId, traceFlags } = spanContext
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }
}
