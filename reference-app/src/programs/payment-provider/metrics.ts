import { counter, createRegistry, gauge, type MetricsRegistry } from '@drillbook/instrumentation'
import type { ChargeStatus } from './charge.ts'
import type { FaultSettings } from './fault-settings.ts'
import { GOOD } from './knobs.ts'

/** What the provider says about itself. The merchant must not rely on it: an outside party shows none of this. */
export interface ProviderMetrics {
  registry: MetricsRegistry
  decided(status: ChargeStatus): void
  answered(request: string, status: number): void
  underWay(charges: number): void
}

export function providerMetrics(instance: string, faults: FaultSettings): ProviderMetrics {
  const registry = createRegistry({ service: 'payment-provider', instance })
  const decisions = counter(registry, {
    name: 'payment_provider_decisions_total',
    help: 'Keys by what has become of them: charged, declined, voided',
    labelNames: ['status'],
  })
  for (const status of ['charged', 'declined', 'voided']) decisions.inc({ status }, 0)
  const answers = counter(registry, {
    name: 'payment_provider_answers_total',
    help: 'Answers about charges by request and HTTP status; 0: the connection was reset',
    labelNames: ['request', 'status'],
  })
  gauge(registry, {
    name: 'payment_provider_knob',
    help: 'Where the knobs stand; hang is 0 or 1',
    labelNames: ['knob'],
    collect() {
      for (const knob of Object.keys(GOOD) as (keyof typeof GOOD)[]) this.set({ knob }, Number(faults.knobs[knob]))
    },
  })
  const underWay = gauge(registry, {
    name: 'payment_provider_charges_under_way',
    help: 'Requests to charge that are not answered yet',
  })
  return {
    registry,
    underWay: (charges) => underWay.set(charges),
    decided: (status) => decisions.inc({ status }),
    answered: (request, status) => answers.inc({ request, status }),
  }
}
