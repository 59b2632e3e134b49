import { boundedLabel, children, gauge, histogram, type MetricsRegistry } from '@drillbook/instrumentation'

/** `charge`: take the money. `show`: ask what has become of a charge. `void`: give it up. */
export type PaymentProviderRequest = 'charge' | 'show' | 'void'

export interface PaymentProviderMetricsOptions {
  /** What the providers are called here: the `provider` label. */
  providers: readonly string[]
}

export interface PaymentProviderMetrics {
  /**
   * Records one request to a provider.
   *
   * @param result what was learnt, in snake_case, from a fixed set (`charged`, `declined`, `timeout`, ...); the 51st
   *   becomes `other`
   * @param seconds how long the caller waited, its time-out included
   */
  requested(provider: string, request: PaymentProviderRequest, result: string, seconds: number): void
  /** Whether new payments are being kept away from the provider. Starts as false. */
  breakerOpen(provider: string, open: boolean): void
}

const MAX_RESULTS = 50

/** Metrics of payment providers as their customer sees them. */
export function paymentProviderMetrics(
  registry: MetricsRegistry,
  { providers }: PaymentProviderMetricsOptions,
): PaymentProviderMetrics {
  const durations = histogram(registry, {
    name: 'payment_provider_request_duration_seconds',
    help: 'Requests to payment providers by what was learnt from them',
    labelNames: ['provider', 'request', 'result'],
  })
  const breaker = gauge(registry, {
    name: 'payment_provider_breaker_open',
    help: '1 while the circuit breaker keeps new payments away from the provider',
    labelNames: ['provider'],
  })
  const resultLabel = boundedLabel({ max: MAX_RESULTS })
  const duration = children((provider: string, request: PaymentProviderRequest, result: string) =>
    durations.labels({ provider, request, result }),
  )

  for (const provider of providers) {
    breaker.set({ provider }, 0)
    for (const result of ['charged', 'declined', 'timeout']) durations.zero({ provider, request: 'charge', result })
  }
  return {
    requested: (provider, request, result, seconds) =>
      duration(provider, request, resultLabel(result)).observe(seconds),
    breakerOpen: (provider, open) => breaker.set({ provider }, open ? 1 : 0),
  }
}
