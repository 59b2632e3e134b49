import type { FaultName } from './faults.ts'
import type { WishName } from './plan.ts'

/** What a run is made of. */
export interface Profile {
  /** Clients share users: `clients / users` act for the same one at once. */
  clients: number
  users: number
  instances: number
  holdSeconds: number
  holdLimit: number
  /** Weights. */
  wishes: Partial<Record<WishName, number>>
  /** Shares of the writes. */
  keyed: number
  twice: number
  /** Each commit that adds rows to this table takes so much longer for each, as on a slow disk: what races it meets it. Absent: as fast as it is. */
  slowCommit?: {
    table: 'balance_entry' | 'reservation' | 'coupon_issue' | 'idempotent_answer' | 'consumed_event'
    ms: number
  }
  /** Of each product. Absent: little, so that all are soon sold out. */
  stock?: number
  /** At most, before a step. */
  pauseMs: number
  /** The waiting room is live and lets so many in at a time. Absent: there is none. */
  capacity?: number
  /** How many bring orders to their end. Absent: nobody does, orders stay placed. */
  workers?: number
  /** Weights; none: nothing fails. */
  faults: Partial<Record<FaultName, number>>
  /** From the end of a fault to the next, at most. Milliseconds. */
  calmMs: number
}
