import { z } from 'zod'
import type { Setting } from '../../platform/controls/setting.ts'
import { type Choice, PROVIDER_CHOICES, type ProviderChoice } from './provider-choice.ts'

/** Who charges from now on. A payment that may be charged already is still asked for, or voided, where that was. */
export function paymentProvider(choice: ProviderChoice): Setting<Choice> {
  return {
    name: 'payments.provider',
    schema: z.enum(PROVIDER_CHOICES),
    initial: 'automatic',
    apply: (value) => choice.set(value),
  }
}
