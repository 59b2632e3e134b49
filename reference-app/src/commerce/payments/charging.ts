import { WorkerPool } from '../../platform/jobs/worker-pool.ts'
import { type ChargeParts, chargePayment } from './charge-payment.ts'
import type { ClaimedPayment } from './order-payment.ts'

/** Payments at a time in one worker: 300 per second at a provider that takes 100 ms, 8 per second at one that hangs. */
const CONCURRENCY = 32
/** How long the payments of a worker that died stay claimed. */
const LEASE_MS = 15_000
/**
 * No request to a provider begins later: it takes 2 s, an ask-back and a void may follow it in one step, and the rest
 * is for Postgres.
 */
const LAST_STEP_MS = 5_000

/** Charges payments that are due. */
export class Charging {
  private readonly parts: ChargeParts
  private readonly pool: WorkerPool<ClaimedPayment>
  private stopping = false

  /** `onMore`: there is more to charge. */
  constructor(parts: ChargeParts, onMore: () => void) {
    this.parts = parts
    this.pool = new WorkerPool({
      size: CONCURRENCY,
      claim: (limit) => this.parts.payments.claim(limit, LEASE_MS / 1_000),
      handle: (payment) => this.charge(payment),
      onMore,
    })
  }

  /** Begins with what is due. */
  async work(): Promise<void> {
    await this.pool.work()
  }

  /** No payment takes another step; resolves when the steps of now have ended. */
  async finish(): Promise<void> {
    this.stopping = true
    await this.pool.drained()
  }

  private async charge(payment: ClaimedPayment): Promise<void> {
    const startedAt = performance.now()
    const mayGoOn = () => !this.stopping && performance.now() - startedAt < LAST_STEP_MS
    // A failure of Postgres leaves the payment as it stands; the claim lapses, and the next worker asks the provider.
    await chargePayment(this.parts, payment, mayGoOn).catch((error) => this.parts.events.interrupted(payment, error))
  }
}
