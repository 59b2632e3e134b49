import type { Context, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { RandomIdGenerator } from '@opentelemetry/sdk-trace'

/**
 * Tells the next service that a request is not being traced. OpenTelemetry sends no header at all for an ignored
 * request, which the next service takes for the start of a trace, to be recorded from its middle.
 */
export class UnsampledPropagator implements TextMapPropagator {
  readonly #ids = new RandomIdGenerator()

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (!isTracingSuppressed(context)) return
    setter.set(carrier, 'traceparent', `00-${this.#ids.generateTraceId()}-${this.#ids.generateSpanId()}-00`)
  }

  extract(context: Context): Context {
    return context
  }

  fields(): string[] {
    return ['traceparent']
  }
}
