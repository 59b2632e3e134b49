import { PROVIDER_NAMES, type ProviderName } from './order-payment.ts'
import type { Provider } from './provider.ts'
import type { ProviderChoice } from './provider-choice.ts'

/** Both providers, and the choice of the next one. */
export class Providers {
  private readonly byName: Readonly<Record<ProviderName, Provider>>
  private readonly choice: ProviderChoice

  constructor(byName: Readonly<Record<ProviderName, Provider>>, choice: ProviderChoice) {
    this.byName = byName
    this.choice = choice
  }

  get(name: ProviderName): Provider {
    return this.byName[name]
  }

  /** The provider for a payment that is not charged yet. Undefined: none is available now. */
  next(except: readonly ProviderName[]): Provider | undefined {
    const isForced = this.choice.choice !== 'automatic'
    return this.allowed(except).find((provider) => isForced || provider.isInviting)
  }

  /** Whether any provider could still charge it later. */
  canCharge(except: readonly ProviderName[]): boolean {
    return this.allowed(except).length > 0
  }

  /**
   * Whether a payment that may be charged there, though there is nothing yet, goes on being asked for there. Not when
   * the operator says otherwise, and not when it was tried `attempts` times or the provider does not work while another
   * one does.
   */
  shouldStay(name: ProviderName, attempts: number, voidedAt: readonly ProviderName[]): boolean {
    if (!this.choice.allows(name)) return false
    const another = this.allowed([...voidedAt, name]).some((provider) => provider.works)
    return !another || (attempts <= MAX_ATTEMPTS_AT_ONE && this.byName[name].works)
  }

  async close(): Promise<void> {
    await Promise.all(PROVIDER_NAMES.map((name) => this.byName[name].close()))
  }

  private allowed(except: readonly ProviderName[]): Provider[] {
    const names = PROVIDER_NAMES.filter((name) => this.choice.allows(name) && !except.includes(name))
    return names.map((name) => this.byName[name])
  }
}

/** Retry once, then fail over. */
const MAX_ATTEMPTS_AT_ONE = 2
