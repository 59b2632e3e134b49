import type { Database } from '../../platform/database/database.ts'
import { backoffSeconds } from '../../platform/jobs/backoff.ts'
import type { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import type { ChargeEvents } from './charge-events.ts'
import type { ClaimedPayment, PaymentEnd, ProviderName } from './order-payment.ts'
import type { OrderPaymentStore } from './order-payment-store.ts'
import type { Provider } from './provider.ts'
import type { Providers } from './providers.ts'
import type { Verdict } from './verdict.ts'

const FIRST_RETRY_SECONDS = 0.5
const MAX_RETRY_SECONDS = 5
/**
 * For what may be charged at a provider that does not answer for minutes: there is nothing to gain from asking more
 * often.
 */
const MAX_OVERDUE_RETRY_SECONDS = 30

export interface ChargeParts {
  database: Database
  payments: OrderPaymentStore
  outbox: OutboxStore
  providers: Providers
  events: ChargeEvents
  /** An end was announced. */
  onEnded: () => void
}

/**
 * The claim has lapsed and another worker has the payment. Nothing sent is lost: that worker asks the provider for it.
 */
class ClaimLost extends Error {}

/**
 * One claimed payment, as far as it can be brought now. Never charged twice, because whoever may have charged it is
 * asked, or made to void it, before anybody else is asked or it fails. `mayGoOn`: whether there is time for another
 * request to a provider. Throws DatabaseUnavailableError.
 */
export async function chargePayment(
  parts: ChargeParts,
  claimed: ClaimedPayment,
  mayGoOn: () => boolean,
): Promise<void> {
  const work = new PaymentWork(parts, claimed)
  try {
    while (mayGoOn()) if (await work.step()) return
    await work.later()
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error
  }
}

class PaymentWork {
  private readonly parts: ChargeParts
  private payment: ClaimedPayment
  /** Providers that could not be asked just now. */
  private readonly unasked: ProviderName[] = []

  constructor(parts: ChargeParts, payment: ClaimedPayment) {
    this.parts = parts
    this.payment = payment
  }

  /** One request to a provider and what follows from it. True: that was all for now. */
  async step(): Promise<boolean> {
    const { state, provider } = this.payment
    return state === 'requested' ? await this.ask() : await this.findOut(this.parts.providers.get(provider))
  }

  async later(): Promise<true> {
    const { attempts, isOverdue } = this.payment
    const max = isOverdue ? MAX_OVERDUE_RETRY_SECONDS : MAX_RETRY_SECONDS
    await this.parts.payments.retryLater(this.payment, backoffSeconds(attempts, FIRST_RETRY_SECONDS, max))
    return true
  }

  /** Nobody has charged it. That a provider is about to be asked is committed before it is asked. */
  private async ask(): Promise<boolean> {
    const { voidedAt, isOverdue, attempts } = this.payment
    const { providers, payments } = this.parts
    if (!providers.canCharge(voidedAt)) return await this.end({ state: 'failed', reason: 'providers_exhausted' })
    if (isOverdue && attempts > 1) return await this.end({ state: 'failed', reason: 'attempts_exhausted' })
    const provider = providers.next([...voidedAt, ...this.unasked])
    if (provider === undefined) return await this.later()

    if (!(await payments.begin(this.payment, provider.name))) throw new ClaimLost()
    this.payment = { ...this.payment, state: 'charging', provider: provider.name }
    const verdict = await provider.charge(this.order)
    if (verdict.kind !== 'untaken') return await this.follow(verdict, provider)
    // This was the only request ever sent there, and it did nothing.
    this.unasked.push(provider.name)
    return await this.release([])
  }

  /** It may be charged there, and whatever was sent may still be on its way. */
  private async findOut(provider: Provider): Promise<boolean> {
    const { attempts, voidedAt, isOverdue } = this.payment
    const found = await provider.show(this.order)
    if (found.kind !== 'absent') return await this.follow(found, provider, true)
    const stays = !isOverdue && this.parts.providers.shouldStay(provider.name, attempts, voidedAt)
    return await this.follow(await (stays ? provider.charge(this.order) : provider.void(this.order)), provider, true)
  }

  /** `wasAsked`: the provider has been asked about it already, so what is unknown still is so for now. */
  private async follow(verdict: Verdict, provider: Provider, wasAsked = false): Promise<boolean> {
    switch (verdict.kind) {
      case 'charged':
        return await this.end({ state: 'succeeded' })
      case 'declined':
        return await this.end({ state: 'declined', reason: verdict.reason })
      case 'voided':
        this.parts.events.voided(this.payment, provider.name)
        return await this.release([provider.name])
      default:
        this.parts.events.inDoubt(this.payment, provider.name, 'reason' in verdict ? verdict.reason : verdict.kind)
        return wasAsked ? await this.later() : false
    }
  }

  private async release(voidedAt: ProviderName[]): Promise<false> {
    if (!(await this.parts.payments.release(this.payment, voidedAt))) throw new ClaimLost()
    const known = [...this.payment.voidedAt, ...voidedAt]
    this.payment = { ...this.payment, state: 'requested', provider: null, voidedAt: known }
    return false
  }

  /** The end and the word of it are one transaction. */
  private async end(end: PaymentEnd): Promise<true> {
    const { database, payments, outbox, events, onEnded } = this.parts
    const { id, orderId, userId, amount } = this.payment
    const reason: { reason?: string } = end.reason === undefined ? {} : { reason: end.reason }
    const payload = { paymentId: id, orderId, userId, amount, ...reason }
    await database.transaction(async (transaction) => {
      if (!(await payments.end(transaction, this.payment, end))) throw new ClaimLost()
      await outbox.append(transaction, { topic: `payment.${end.state}`, key: `order:${orderId}`, payload })
    })
    events.ended(this.payment, end)
    onEnded()
    return true
  }

  /** The key is the payment's own, for ever: that is what makes one charge of many requests. */
  private get order() {
    const { id, orderId, amount } = this.payment
    return { key: `payment-${id}`, amount, reference: `order:${orderId}` }
  }
}
