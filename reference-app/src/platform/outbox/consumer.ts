import type { Transaction } from '../database/transaction.ts'
import type { OutboxEvent } from './outbox-event.ts'

/** Who acts on events. Each event reaches it at least once and takes effect exactly once; order is not promised. */
export interface Consumer {
  /** Kebab-case, and never changed: it is how an event is known to have been consumed. */
  name: string
  topics: readonly string[]
  /**
   * The effect: statements of this transaction and nothing else, because a rollback undoes them and a commit makes them
   * final together with the fact that the event was consumed. May run more than once. Throwing means: not now, again
   * later.
   */
  consume(transaction: Transaction, event: OutboxEvent): Promise<void>
  /** After the commit, in the process that made it: a hint that may be lost. */
  committed?(event: OutboxEvent): void
}
