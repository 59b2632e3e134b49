/**
 * How an operation ended, as far as its client can know.
 * ok: done (2xx). rejected: refused by a rule (4xx), certainly without effect. failed: certainly without effect, and nobody's decision.
 * unknown: it may have taken effect, may still do so, or never will.
 */
export type Outcome = 'ok' | 'rejected' | 'failed' | 'unknown'

export type Call =
  | { kind: 'join' }
  | { kind: 'recharge'; amount: number }
  | { kind: 'balance' }
  | { kind: 'reserve'; concertId: number; scheduleId: number; seatIds: number[] }
  | { kind: 'reservation'; reservationId: number }
  | { kind: 'pay'; reservationIds: number[] }
  | { kind: 'coupon'; couponId: number }
  | { kind: 'order'; orderItems: OrderItem[]; couponId?: number }
  | { kind: 'pay-order'; orderId: number }

export interface OrderItem {
  productId: number
  quantity: number
  price: number
}

export interface End {
  at: number
  outcome: Outcome
  /** 0: there was no answer. */
  status: number
  /** Of the problem, or of the connection's error; empty when it is ok. */
  code: string
  body: unknown
  /** The answer says that it is one of before. */
  replayed: boolean
}

/** One request and what became of it. Times are milliseconds since 1970, with fractions, by the clock that Postgres uses, too. */
export interface Operation<C extends Call = Call> {
  id: number
  client: number
  userId: number
  instance: string
  call: C
  key: string | undefined
  invokedAt: number
  /** Absent: it is under way. */
  end?: End
}

/** Everything that was asked and answered, in the order in which it was asked. Only ever added to. */
export class History {
  readonly startedAt = now()
  readonly operations: Operation[] = []

  invoke(asked: Pick<Operation, 'client' | 'userId' | 'instance' | 'call' | 'key'>): Operation {
    const operation: Operation = { id: this.operations.length + 1, ...asked, invokedAt: now() }
    this.operations.push(operation)
    return operation
  }

  of<Kind extends Call['kind']>(kind: Kind): Operation<Extract<Call, { kind: Kind }>>[] {
    return this.operations.filter(({ call }) => call.kind === kind) as Operation<Extract<Call, { kind: Kind }>>[]
  }
}

/** Beyond what rounding explains: the clock of the day was set, or runs at another speed than the other one. Milliseconds. */
const DRIFT_MS = 2
let offset = Date.now() - performance.now()

/** How often the clock of the day was set, when and by how much: what the model says of that moment may be the machine's doing. Milliseconds. */
export const clockSteps: { at: number; byMs: number }[] = []

/** The clock of the day, which Postgres reads as well, with the resolution of the other one. */
export function now(): number {
  const today = Date.now()
  const drift = today - (offset + performance.now())
  // Between two looks at the clock that are one, nobody else had the processor.
  if (Math.abs(drift) > DRIFT_MS && Date.now() - today <= 1) {
    offset += drift
    clockSteps.push({ at: offset + performance.now(), byMs: drift })
  }
  return offset + performance.now()
}

/** It has, may have had, or may yet have an effect. */
export function mayHaveEffect({ end }: Operation): boolean {
  return end === undefined || end.outcome === 'ok' || end.outcome === 'unknown'
}

/** Its client had been told so by then. */
export function acknowledged({ end }: Operation, by: number): boolean {
  return end?.outcome === 'ok' && end.at <= by
}

/** Requests with the same key of the same user for the same thing are one wish; without a key each is one of its own. */
export function wishOf({ id, userId, call, key }: Operation): string {
  return key === undefined ? `#${id}` : `${userId} ${call.kind} ${key}`
}
