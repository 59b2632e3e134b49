import { z } from 'zod'
import type { Charge } from './charge.ts'
import type { Charges, Decision } from './charges.ts'
import type { FaultSettings } from './fault-settings.ts'
import type { ProviderMetrics } from './metrics.ts'
import { Refusal } from './refusal.ts'

/** Requests at a time; one more is refused before anything was done about it. 100 charges per second at 1 s each. */
const MAX_UNDER_WAY = 100

/** Safe in a path, a file and a log. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/

export const chargeRequest = z.strictObject({
  /** Whole won, below what a signed 32-bit integer holds. */
  amount: z.number().int().min(1).max(2_147_483_647),
  reference: z.string().min(1).max(100),
})

export type ChargeRequest = z.infer<typeof chargeRequest>

/** The connection is to be reset instead of an answer. */
export class ResetConnection extends Error {}

/** Simulates a payment provider: merchants charge, look up and void here. */
export class PaymentSimulator {
  private readonly charges: Charges
  private readonly faults: FaultSettings
  private readonly metrics: ProviderMetrics
  private underWay = 0
  private closing = false
  private closed = false

  constructor(charges: Charges, faults: FaultSettings, metrics: ProviderMetrics) {
    this.charges = charges
    this.faults = faults
    this.metrics = metrics
  }

  /** From now on new charges are refused as not processed; those under way go on. */
  drain(): void {
    this.closing = true
  }

  /** From now on nothing is decided. */
  close(): void {
    this.closed = true
  }

  /** The charge of the key. Throws `not_processed`, `key_reused`, or what the fault settings simulate. */
  async charge(key: string, { amount, reference }: ChargeRequest): Promise<Charge> {
    requireKey(key)
    if (this.closing || this.underWay >= MAX_UNDER_WAY) {
      throw new Refusal(503, 'not_processed', 'too busy: nothing was done, ask somebody else or later')
    }
    this.metrics.underWay(++this.underWay)
    try {
      await this.faults.wait()
      const failure = this.faults.failure()
      if (failure !== undefined && !failure.late) goWrong(failure.kind)
      const reason = this.faults.decline() ?? null
      const decision = { key, status: reason === null ? 'charged' : 'declined', amount, reference, reason } as const
      const charge = await this.decide(decision)
      if (failure !== undefined) goWrong(failure.kind)
      if (charge.status !== 'voided' && charge.amount !== amount) {
        throw new Refusal(422, 'key_reused', `this key stands for an amount of ${charge.amount}`)
      }
      return charge
    } finally {
      this.metrics.underWay(--this.underWay)
    }
  }

  /**
   * What has become of the key. Throws `charge_not_found`: nothing so far, which may change while a request is on its
   * way.
   */
  async show(key: string): Promise<Charge> {
    requireKey(key)
    await this.faults.wait()
    const charge = await this.charges.find(key)
    if (charge === undefined) throw new Refusal(404, 'charge_not_found', 'nobody has charged under this key')
    return charge
  }

  /** What has become of the key, for good: voided, unless it was charged or declined before. */
  async void(key: string): Promise<Charge> {
    requireKey(key)
    await this.faults.wait()
    return await this.decide({ key, status: 'voided', amount: null, reference: null, reason: null })
  }

  private async decide(decision: Decision): Promise<Charge> {
    if (this.closed) throw new Refusal(503, 'not_processed', 'closed: nothing was done')
    const { charge, isNew } = await this.charges.decide(decision)
    if (isNew) this.metrics.decided(charge.status)
    return charge
  }
}

function requireKey(key: string): void {
  if (!KEY.test(key)) throw new Refusal(400, 'key_invalid', 'send idempotency-key: 1 to 64 letters, digits or . _ : -')
}

function goWrong(kind: 'fail' | 'reset'): never {
  if (kind === 'reset') throw new ResetConnection()
  throw new Refusal(500, 'internal_error', 'something went wrong')
}
