import type { IncomingMessage } from 'node:http'
import { shareOfTracesKept } from './sampling-ratio.ts'
import type { Sampling } from './settings.ts'

/** Polled every few seconds by machines; not worth a trace. */
const MACHINE_PATHS = new Set(['/metrics', '/healthz', '/readyz'])

/** W3C trace context: version, trace id, parent id, flags. Later versions may add fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:$|-)/

const SAMPLED = 1

/**
 * Decides whether a request is traced *before* anything is set up for it. OpenTelemetry's samplers are asked after the
 * attributes are gathered and the context is made, so that sampling 10 % costs as much as sampling all; this costs next
 * to nothing for a request that is not traced. Such a request has no trace id in its log lines. The ratio may change
 * while it runs; `thinTraces` goes before everything, also before a caller's decision.
 */
export function ignoreRequest(
  sampling: Readonly<Sampling>,
  random: () => number = Math.random,
): (req: IncomingMessage) => boolean {
  return (req) => {
    const kept = shareOfTracesKept()
    if (kept < 1 && random() >= kept) return true
    if (MACHINE_PATHS.has(pathOf(req.url))) return true
    const flags = sampling.parentBased ? TRACEPARENT.exec(String(req.headers.traceparent ?? ''))?.[1] : undefined
    if (flags !== undefined) return (Number.parseInt(flags, 16) & SAMPLED) === 0
    return random() >= sampling.ratio
  }
}

function pathOf(url = '/'): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
