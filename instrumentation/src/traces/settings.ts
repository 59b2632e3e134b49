export type SpanProtocol = 'http/json' | 'http/protobuf'

export interface TracingSettings {
  /** False with `OTEL_SDK_DISABLED=true`: nothing is loaded, nothing is patched. */
  enabled: boolean
  /** Absent: spans are made, for logs and exemplars to name, and are not sent anywhere. */
  exportProtocol?: SpanProtocol
  sampling: Sampling
}

export interface Sampling {
  /** Share of traces that start here and are recorded, 0 to 1. */
  ratio: number
  /** Whether a caller's decision in `traceparent` goes before the ratio. */
  parentBased: boolean
}

/** Every problem of the environment at once. */
export class TracingSettingsError extends Error {
  readonly code = 'tracing_settings_invalid'
  override readonly name = 'TracingSettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`tracing cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const PROTOCOLS: readonly string[] = ['http/json', 'http/protobuf'] satisfies SpanProtocol[]

/** The standard names of samplers: the ratio each stands for, absent where `OTEL_TRACES_SAMPLER_ARG` gives it. */
const SAMPLERS: Readonly<Record<string, { ratio?: number; parentBased: boolean }>> = {
  always_on: { ratio: 1, parentBased: false },
  always_off: { ratio: 0, parentBased: false },
  traceidratio: { parentBased: false },
  parentbased_always_on: { ratio: 1, parentBased: true },
  parentbased_always_off: { ratio: 0, parentBased: true },
  parentbased_traceidratio: { parentBased: true },
}

/**
 * Reads OpenTelemetry's standard variables; empty counts as unset, as the standard asks. Unlike the standard, a value
 * that means nothing is an error, not the default: a mistyped sampler would cost either the traces or the machine.
 *
 * @throws TracingSettingsError
 */
export function readTracingSettings(env: Readonly<Record<string, string | undefined>>): TracingSettings {
  const problems: string[] = []
  const disabled = (env.OTEL_SDK_DISABLED || 'false').toLowerCase()
  if (disabled !== 'true' && disabled !== 'false') problems.push('OTEL_SDK_DISABLED must be true or false')

  const exporting = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].filter((name) => env[name])
  for (const name of exporting) {
    if (!/^https?:$/.test(URL.parse(env[name] ?? '')?.protocol ?? '')) problems.push(`${name} must be an http(s) URL`)
  }
  const exporter = env.OTEL_TRACES_EXPORTER || 'otlp'
  if (exporter !== 'otlp' && exporter !== 'none') problems.push('OTEL_TRACES_EXPORTER must be otlp or none')
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/json'
  if (!isProtocol(protocol)) problems.push(`OTEL_EXPORTER_OTLP_PROTOCOL must be one of ${PROTOCOLS.join(', ')}`)

  const sampling = readSampling(env, problems)
  if (problems.length > 0) throw new TracingSettingsError(problems)
  return {
    enabled: disabled !== 'true',
    ...(exporter === 'otlp' && exporting.length > 0 && isProtocol(protocol) ? { exportProtocol: protocol } : {}),
    sampling,
  }
}

function readSampling(env: Readonly<Record<string, string | undefined>>, problems: string[]): Sampling {
  const sampler = SAMPLERS[env.OTEL_TRACES_SAMPLER || 'parentbased_always_on']
  if (sampler === undefined) problems.push(`OTEL_TRACES_SAMPLER must be one of ${Object.keys(SAMPLERS).join(', ')}`)
  const ratio = sampler?.ratio ?? Number(env.OTEL_TRACES_SAMPLER_ARG || 1)
  if (!(ratio >= 0 && ratio <= 1)) problems.push('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1')
  return { ratio, parentBased: sampler?.parentBased ?? true }
}

function isProtocol(protocol: string): protocol is SpanProtocol {
  return PROTOCOLS.includes(protocol)
}
