import type { End, Operation } from './history.ts'

interface Hold {
  id: number
  expiresAt: number
}

/** What one user knows to have, from the answers. */
export class Wallet {
  private readonly holds: Hold[] = []
  private readonly paid: number[] = []
  private readonly written: Operation[] = []
  private readonly issued: number[] = []
  private readonly ordered: number[] = []

  learn(operation: Operation & { end: End }): void {
    const { call, key, end } = operation
    if (end.outcome !== 'ok') return
    if (key !== undefined) this.written.push(operation)
    if (call.kind === 'pay') this.paid.push(...call.reservationIds)
    if (call.kind === 'order' && !end.replayed) this.ordered.push((end.body as { id: number }).id)
    if (call.kind === 'coupon') this.issued.push(call.couponId)
    if (call.kind === 'reserve' && !end.replayed) {
      const body = end.body as { id: number; expiresAt: string }[]
      this.holds.push(...body.map(({ id, expiresAt }) => ({ id, expiresAt: Date.parse(expiresAt) })))
    }
  }

  /** Unpaid, as far as the user knows, and in time. */
  get payable(): Hold[] {
    return this.holds.filter(({ id, expiresAt }) => expiresAt > Date.now() && !this.paid.includes(id)).slice(-20)
  }

  get late(): number[] {
    return this.holds.filter(({ id, expiresAt }) => expiresAt <= Date.now() && !this.paid.includes(id)).map(idOf)
  }

  get sold(): number[] {
    return this.paid
  }

  get all(): number[] {
    return this.holds.map(idOf)
  }

  /** Used or not. */
  get coupons(): number[] {
    return this.issued
  }

  /** Paid or not. */
  get orders(): number[] {
    return this.ordered
  }

  /** With a key, and acknowledged. */
  get writes(): Operation[] {
    return this.written
  }
}

const idOf = ({ id }: { id: number }) => id
