import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { SpanKind } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { ignoreRequest } from '../src/traces/ignore-request.ts'
import { instrumentations } from '../src/traces/instrumentations.ts'
import { sampler } from '../src/traces/sampler.ts'
import { thinTraces } from '../src/traces/sampling-ratio.ts'
import { readTracingSettings, type Sampling, TracingSettingsError } from '../src/traces/settings.ts'

const CALLER = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'

/** Whether a request is traced when the dice show `dice`. */
function traced(sampling: Sampling, request: { url?: string; traceparent?: string }, dice = 0.5): boolean {
  const { url = '/concerts', traceparent } = request
  return !ignoreRequest(sampling, () => dice)({ url, headers: { traceparent } } as unknown as IncomingMessage)
}

describe('which requests are traced', () => {
  test('is a matter of the ratio where a trace starts', () => {
    expect(traced({ ratio: 0.1, parentBased: true }, {}, 0.09)).toBe(true)
    expect(traced({ ratio: 0.1, parentBased: true }, {}, 0.1)).toBe(false)
    expect(traced({ ratio: 0, parentBased: true }, {}, 0)).toBe(false)
    expect(traced({ ratio: 1, parentBased: true }, {}, 0.999)).toBe(true)
  })

  test('is decided by the caller where a trace goes on', () => {
    expect(traced({ ratio: 0, parentBased: true }, { traceparent: `00-${CALLER}-01` })).toBe(true)
    expect(traced({ ratio: 1, parentBased: true }, { traceparent: `00-${CALLER}-00` })).toBe(false)
    expect(traced({ ratio: 1, parentBased: true }, { traceparent: `00-${CALLER}-02` })).toBe(false)
    expect(traced({ ratio: 0, parentBased: true }, { traceparent: `01-${CALLER}-03-later` })).toBe(true)
  })

  test.each([
    'nonsense',
    `ff-${CALLER}-01`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${CALLER}-0`,
    `00-${CALLER}-01x`,
  ])('is not decided by a malformed header: %s', (traceparent) => {
    expect(traced({ ratio: 0, parentBased: true }, { traceparent })).toBe(false)
  })

  test('is never decided by the caller with a sampler that is not parent-based', () => {
    expect(traced({ ratio: 0, parentBased: false }, { traceparent: `00-${CALLER}-01` })).toBe(false)
    expect(traced({ ratio: 1, parentBased: false }, { traceparent: `00-${CALLER}-00` })).toBe(true)
  })

  test('leaves out what machines ask, with or without a query, and only that', () => {
    const all: Sampling = { ratio: 1, parentBased: true }
    for (const url of ['/metrics', '/healthz', '/readyz', '/metrics?name=x']) expect(traced(all, { url })).toBe(false)
    for (const url of ['/', '/metrics/x', '/api/healthz']) expect(traced(all, { url })).toBe(true)
  })
})

describe('traces that are thinned', () => {
  afterEach(() => thinTraces(1))

  test('are a share of all, whoever decided, until there is no more need', () => {
    const all: Sampling = { ratio: 1, parentBased: true }
    const asked = { traceparent: `00-${CALLER}-01` }
    thinTraces(0.01)
    expect([traced(all, {}, 0.01), traced(all, asked, 0.01)]).toEqual([false, false])
    expect([traced(all, {}, 0.009), traced(all, asked, 0.009)]).toEqual([true, true])
    thinTraces(1)
    expect([traced(all, {}, 0.999), traced(all, asked, 0.999)]).toEqual([true, true])
  })

  test('bring back none that were not wanted before', () => {
    thinTraces(0.5)
    expect(traced({ ratio: 0, parentBased: true }, {}, 0)).toBe(false)
    expect(traced({ ratio: 1, parentBased: true }, { traceparent: `00-${CALLER}-00` }, 0)).toBe(false)
  })
})

test('a request that was chosen is not left to chance a second time; a trace that starts elsewhere is', () => {
  const none = new TracerProvider({ sampler: sampler({ ratio: 0, parentBased: true }) })
  const recorded = (kind: SpanKind) => none.getTracer('test').startSpan('work', { kind }).isRecording()
  expect(recorded(SpanKind.SERVER)).toBe(true)
  expect(recorded(SpanKind.INTERNAL)).toBe(false)
})

test('a ratio that changes counts from the next trace on, where a request starts it and elsewhere', () => {
  const sampling: Sampling = { ratio: 0, parentBased: true }
  const ignored = ignoreRequest(sampling, () => 0.5)
  const provider = new TracerProvider({ sampler: sampler(sampling) })
  const decisions = () => [
    !ignored({ url: '/concerts', headers: {} } as unknown as IncomingMessage),
    provider.getTracer('test').startSpan('work', { kind: SpanKind.INTERNAL }).isRecording(),
  ]
  expect(decisions()).toEqual([false, false])
  sampling.ratio = 1
  expect(decisions()).toEqual([true, true])
  sampling.ratio = 0
  expect(decisions()).toEqual([false, false])
})

test('exactly the needed auto-instrumentations and our own are on, and children of the process keep their own choice', () => {
  const names = instrumentations({ ratio: 1, parentBased: true }).map((i) => {
    i.disable()
    return i.instrumentationName.replace('@opentelemetry/instrumentation-', '')
  })
  expect(names.sort()).toEqual(['@drillbook/instrumentation', 'express', 'http', 'ioredis', 'pg', 'undici'])
  expect(process.env.OTEL_NODE_ENABLED_INSTRUMENTATIONS).toBeUndefined()
})

describe('settings', () => {
  test('default to all traces, sent nowhere', () => {
    const defaults = { enabled: true, sampling: { ratio: 1, parentBased: true } }
    expect(readTracingSettings({})).toEqual(defaults)
    expect(readTracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_TRACES_SAMPLER: '' })).toEqual(defaults)
  })

  test('understand the standard samplers and protocols', () => {
    const env = {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    }
    expect(readTracingSettings(env)).toEqual({
      enabled: true,
      exportProtocol: 'http/protobuf',
      sampling: { ratio: 0.25, parentBased: true },
    })
    expect(readTracingSettings({ OTEL_TRACES_SAMPLER: 'always_off' }).sampling).toEqual({
      ratio: 0,
      parentBased: false,
    })
  })

  test('send spans only to otlp, and nothing with none', () => {
    const exporting = (OTEL_TRACES_EXPORTER: string) =>
      readTracingSettings({ OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }).exportProtocol
    expect(['', 'otlp', 'none'].map(exporting)).toEqual(['http/json', 'http/json', undefined])
    for (const other of ['console', 'otlp,console', 'zipkin'])
      expect(() => exporting(other)).toThrow('OTEL_TRACES_EXPORTER must be otlp or none')
  })

  test('that mean nothing are all reported together', () => {
    const env = { OTEL_SDK_DISABLED: 'yes', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' }
    expect(() => readTracingSettings(env)).toThrow(TracingSettingsError)
    expect(() => readTracingSettings(env)).toThrow(/OTEL_SDK_DISABLED.*OTEL_TRACES_SAMPLER_ARG/s)
  })
})
