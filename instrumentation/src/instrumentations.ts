import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { ignoreRequest } from './ignore-request.ts'
import type { Sampling } from './tracing-settings.ts'

/** What the loader hook must intercept for an ESM application; undici is watched through its diagnostics channel. */
export const patchedModules = ['http', 'https', 'express', 'pg', 'pg-pool', 'ioredis']

/**
 * The five that a service of this kind needs. Express middleware gets no spans: they are wrapped on each request, say
 * little, and cost most. Clients make spans only inside a request or a job, so that pings, polls and reconnects do not
 * start traces of their own.
 */
export function instrumentations(sampling: Sampling): Instrumentation[] {
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: ignoreRequest(sampling),
      requireParentforOutgoingSpans: true,
    }),
    new ExpressInstrumentation({
      ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.ROUTER],
      // Since router 2.3 the default name has lost its route.
      spanNameHook: ({ route }) => `request handler - ${route}`,
    }),
    new PgInstrumentation({ requireParentSpan: true }),
    new IORedisInstrumentation({ requireParentSpan: true }),
    new UndiciInstrumentation({ requireParentforSpans: true }),
  ]
}
