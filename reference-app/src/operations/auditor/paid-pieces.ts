import type { Counted, PaidPiecesStore } from './paid-pieces-store.ts'

/** Counted up to this order. */
interface Count extends Counted {
  upTo: number
}

/**
 * The pieces that were paid for in all orders but the newest and the open ones. Nothing can change that, so it is counted once, in slices; and, because
 * somebody might change it all the same, again and again from the beginning.
 */
export class PaidPieces {
  private readonly store: PaidPiecesStore
  private count: Count | undefined
  private recount: Count = empty()
  private recounts = 0

  constructor(store: PaidPiecesStore) {
    this.store = store
  }

  /** All orders have been counted so often. */
  get passed(): number {
    return this.recounts
  }

  /** Undefined: they have not been counted yet. */
  get known(): Readonly<Count> | undefined {
    return this.count
  }

  /** Counts what has become final, and as much of all again as `until` leaves time for: a slice at least. */
  async advance(until: number): Promise<void> {
    if (this.count !== undefined) {
      await this.settle(this.count)
      while ((await this.step(this.count)) && performance.now() < until);
    }
    let more: boolean
    do more = await this.step(this.recount)
    while (more && performance.now() < until)
    if (more) return
    this.count = this.recount
    this.recount = empty()
    this.recounts += 1
  }

  private async settle(count: Count): Promise<void> {
    if (count.open.length === 0) return
    const { paid, open } = await this.store.ofThese(count.open)
    add(count, paid)
    count.open = open
  }

  /** False: there was no slice left. */
  private async step(count: Count): Promise<boolean> {
    const upTo = await this.store.next(count.upTo)
    if (upTo === undefined) return false
    const { paid, open } = await this.store.inSlice(count.upTo, upTo)
    add(count, paid)
    count.open.push(...open)
    count.upTo = upTo
    return true
  }
}

const empty = (): Count => ({ upTo: 0, paid: new Map(), open: [] })

function add({ paid }: Count, more: ReadonlyMap<number, number>): void {
  for (const [product, quantity] of more) paid.set(product, (paid.get(product) ?? 0) + quantity)
}
