import { Breaker } from '../../platform/breaker.ts'
import type { ChargeEvents } from './charge-events.ts'
import type { ProviderName } from './order-payment.ts'
import type { ChargeOrder, ProviderClient } from './provider-client.ts'
import type { Verdict } from './verdict.ts'

/** How often an open breaker lets one payment through: its user waits 2 s more at worst. Milliseconds. */
const PROBE_EVERY_MS = 2_000

/** A provider and how it has been doing. */
export class Provider {
  readonly name: ProviderName
  private readonly client: ProviderClient
  private readonly events: ChargeEvents
  private readonly breaker = new Breaker()
  private probedAt = 0

  constructor(client: ProviderClient, events: ChargeEvents) {
    this.name = client.name
    this.client = client
    this.events = events
  }

  /** Whether new payments may go there: it works, or a probe is due. */
  get isInviting(): boolean {
    if (this.breaker.allows) return true
    return this.breaker.state === 'open' && performance.now() - this.probedAt >= PROBE_EVERY_MS
  }

  get works(): boolean {
    return this.breaker.allows
  }

  async charge(order: ChargeOrder): Promise<Verdict> {
    const isProbe = !this.breaker.allows && this.isInviting
    if (isProbe) {
      this.breaker.probe()
      this.probedAt = performance.now()
    }
    return this.watched(await this.client.charge(order), isProbe)
  }

  async show(order: ChargeOrder): Promise<Verdict> {
    return this.watched(await this.client.show(order), false)
  }

  async void(order: ChargeOrder): Promise<Verdict> {
    return this.watched(await this.client.void(order), false)
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  private watched(verdict: Verdict, isProbe: boolean): Verdict {
    const ok = verdict.kind !== 'unknown' && verdict.kind !== 'untaken'
    if (isProbe) {
      this.breaker.probed(ok)
      if (ok) this.events.breakerClosed(this.name)
    } else if (ok) {
      this.breaker.succeeded(performance.now())
    } else if (this.breaker.failed(performance.now())) {
      this.probedAt = performance.now()
      this.events.breakerOpened(this.name)
    }
    return verdict
  }
}
