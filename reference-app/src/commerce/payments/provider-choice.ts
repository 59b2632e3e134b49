import { PROVIDER_NAMES, type ProviderName } from './order-payment.ts'

export const PROVIDER_CHOICES = ['automatic', ...PROVIDER_NAMES] as const
export type Choice = (typeof PROVIDER_CHOICES)[number]

/** Who may charge: an operator's word. `automatic`: the primary, and the secondary where the primary does not work. */
export class ProviderChoice {
  private current: Choice = 'automatic'

  get choice(): Choice {
    return this.current
  }

  set(choice: Choice): void {
    this.current = choice
  }

  allows(name: ProviderName): boolean {
    return this.current === 'automatic' || this.current === name
  }
}
