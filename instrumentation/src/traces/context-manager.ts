import { EventEmitter } from 'node:events'
import type { Context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { isTracingSuppressed } from '@opentelemetry/core'

/**
 * Leaves the request and the response of an ignored request as they are. OpenTelemetry replaces eight methods on each
 * to carry the context into their listeners, although this context only says that there is nothing to carry: without it
 * there is no span either. Two thirds of what an ignored request costs (`bench/instrumentation.ts`).
 */
export class LeanContextManager extends AsyncLocalStorageContextManager {
  override bind<Target>(context: Context, target: Target): Target {
    if (target instanceof EventEmitter && isTracingSuppressed(context)) return target
    return super.bind(context, target)
  }
}
