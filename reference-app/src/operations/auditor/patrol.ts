import type { Invariant } from './invariant.ts'
import type { InvariantStore, Slice } from './invariant-store.ts'
import { PaidPieces } from './paid-pieces.ts'

/** Broken subjects that are kept in mind: who has so many needs no exact number. The gauge then says this one. */
const MOST_KNOWN = 10_000

/**
 * Goes round the subjects of one invariant in slices, as far as it comes in a round's time, and looks each time at the newest and at what it knows
 * to be broken as well: a round costs the same however much there is. What is small is seen whole in every round. With orders behind them, subjects are
 * looked at once these are counted.
 */
export class Patrol {
  readonly invariant: Invariant
  private readonly store: InvariantStore
  private readonly roundMs: number
  private readonly pieces: PaidPieces | undefined
  private readonly known = new Set<number>()
  private position = 0
  private passes = 0

  constructor(invariant: Invariant, store: InvariantStore, roundMs: number) {
    this.invariant = invariant
    this.store = store
    this.roundMs = roundMs
    this.pieces = invariant.hasOrdersBehind === true ? new PaidPieces(store.paidPieces) : undefined
  }

  /** Keys of all that is known to be broken. */
  get broken(): ReadonlySet<number> {
    return this.known
  }

  /** Every subject has been looked at so often. */
  get passed(): number {
    return this.passes
  }

  /** Rejects when it cannot look; what it knew it still knows, and the next round goes on at the same place. */
  async round(): Promise<void> {
    const until = performance.now() + this.roundMs
    const from = this.position
    await this.pieces?.advance(until)
    if (this.pieces !== undefined && this.pieces.known === undefined) return
    await this.lookAgain()
    do await this.step()
    while (this.position !== 0 && performance.now() < until)
    if (from === 0 && this.position === 0) return
    const newest = await this.store.newest(this.invariant)
    if (newest !== undefined) await this.look(newest)
  }

  private async step(): Promise<void> {
    const slice = await this.store.next(this.invariant, this.position)
    if (slice !== undefined) await this.look(slice)
    this.position = slice === undefined ? 0 : slice.upTo
    if (this.position === 0) this.passes = this.pieces?.passed ?? this.passes + 1
  }

  private async lookAgain(): Promise<void> {
    if (this.known.size === 0) return
    const still = new Set(await this.store.brokenAmong(this.invariant, [...this.known], this.pieces?.known))
    for (const key of this.known) if (!still.has(key)) this.known.delete(key)
  }

  private async look(slice: Slice): Promise<void> {
    for (const key of await this.store.brokenIn(this.invariant, slice, this.pieces?.known)) {
      if (this.known.size < MOST_KNOWN) this.known.add(key)
    }
  }
}
