import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { routeOf } from '../http/route.ts'
import { ExpressRoutes } from './express-routes.ts'
import { ignoreRequest } from './ignore-request.ts'
import { routeHandlerSpan, routeServerSpan } from './route-span.ts'
import type { Sampling } from './settings.ts'

/** What the loader hook must intercept for an ESM application; undici is watched through its diagnostics channel. */
export const patchedModules = ['http', 'https', 'express', 'pg', 'pg-pool', 'ioredis']

/** What a service of this kind needs, as the auto-instrumentations' standard variable lists it. */
const NEEDED = 'http,express,pg,ioredis,undici'

/**
 * The auto-instrumentations, set so that they say much and cost little: Express middleware gets no spans (they are
 * wrapped on each request, say little, and cost most); clients make spans only inside a request or a job, so that
 * pings, polls and reconnects do not start traces of their own.
 */
export function instrumentations(sampling: Sampling): Instrumentation[] {
  // They can be chosen by this variable only. Children of this process have their own choice.
  const chosen = process.env.OTEL_NODE_ENABLED_INSTRUMENTATIONS
  process.env.OTEL_NODE_ENABLED_INSTRUMENTATIONS = NEEDED
  try {
    return needed(sampling)
  } finally {
    if (chosen === undefined) delete process.env.OTEL_NODE_ENABLED_INSTRUMENTATIONS
    else process.env.OTEL_NODE_ENABLED_INSTRUMENTATIONS = chosen
  }
}

function needed(sampling: Sampling): Instrumentation[] {
  return [
    new ExpressRoutes(),
    ...getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-http': {
        ignoreIncomingRequestHook: ignoreRequest(sampling),
        requireParentforOutgoingSpans: true,
        applyCustomAttributesOnSpan: routeServerSpan,
      },
      '@opentelemetry/instrumentation-express': {
        ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.ROUTER],
        spanNameHook: ({ request }) => `request handler - ${routeOf(request)}`,
        requestHook: routeHandlerSpan,
      },
      '@opentelemetry/instrumentation-pg': { requireParentSpan: true },
      '@opentelemetry/instrumentation-ioredis': { requireParentSpan: true },
      '@opentelemetry/instrumentation-undici': { requireParentforSpans: true },
    }),
  ]
}
