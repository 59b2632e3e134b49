import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { ClaimedPayment, PaymentEnd, PaymentRequest, ProviderName } from './order-payment.ts'

const ADD: Statement = {
  name: 'order-payment-add',
  operation: 'INSERT',
  collection: 'order_payment',
  text: `insert into order_payment (order_id, user_id, amount) values ($1, $2, $3)
    on conflict (order_id) where order_id is not null and state in ('requested', 'charging', 'succeeded') do nothing
    returning id`,
}

const START: Statement = {
  name: 'order-payment-start',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `update order_payment set next_attempt_at = now(), give_up_at = now() + make_interval(secs => $2)
    where id = $1 and state = 'requested' and give_up_at is null`,
}

/** As with events: rows that are being claimed are passed over, claimed ones are left alone until the lease ends. */
const CLAIM: Statement = {
  name: 'order-payment-claim',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `with due as (
      select id from order_payment
      where next_attempt_at <= now() and (claimed_until is null or claimed_until <= now())
      order by next_attempt_at limit $1 for update skip locked)
    update order_payment set attempts = attempts + 1, claimed_until = now() + make_interval(secs => $2)
    where id = any (array(select id from due))
    returning id, order_id as "orderId", user_id as "userId", amount, state, provider,
      voided_at as "voidedAt", attempts, give_up_at <= now() as "isOverdue"`,
}

const BEGIN: Statement = {
  name: 'order-payment-begin',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `update order_payment set state = 'charging', provider = $3
    where id = $1 and attempts = $2 and state = 'requested' returning id`,
}

const RELEASE: Statement = {
  name: 'order-payment-release',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `update order_payment set state = 'requested', provider = null, voided_at = voided_at || $3::text[]
    where id = $1 and attempts = $2 and state = 'charging' returning id`,
}

const RETRY_LATER: Statement = {
  name: 'order-payment-retry-later',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `update order_payment set next_attempt_at = now() + make_interval(secs => $3), claimed_until = null
    where id = $1 and attempts = $2 and next_attempt_at is not null`,
}

const END: Statement = {
  name: 'order-payment-end',
  operation: 'UPDATE',
  collection: 'order_payment',
  text: `update order_payment
    set state = $3, reason = $4, ended_at = now(), next_attempt_at = null, claimed_until = null
    where id = $1 and attempts = $2 and state = $5 returning id`,
}

/**
 * Payments of orders. Every change after the claim is refused when the claim has lapsed and somebody else has it.
 * Throws DatabaseUnavailableError.
 */
export class OrderPaymentStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Its id. Undefined, and nothing has changed: the order is being paid, or is paid. */
  async add(transaction: Transaction, { orderId, userId, amount }: PaymentRequest): Promise<number | undefined> {
    const [row] = await transaction.query<{ id: number }>(ADD, [orderId, userId, amount])
    return row?.id
  }

  /** Due from the commit on, to be given up after so many seconds. Changes nothing when it was started before. */
  async start(transaction: Transaction, id: number, giveUpSeconds: number): Promise<void> {
    await transaction.query(START, [id, giveUpSeconds])
  }

  /** At most `limit` due payments, for `leaseSeconds` by the clock of the database. */
  async claim(limit: number, leaseSeconds: number): Promise<ClaimedPayment[]> {
    return await this.database.query<ClaimedPayment>(CLAIM, [limit, leaseSeconds])
  }

  /** requested -> charging: from now on this provider may have charged. False: it is not ours any more. */
  async begin({ id, attempts }: ClaimedPayment, provider: ProviderName): Promise<boolean> {
    return (await this.database.query(BEGIN, [id, attempts, provider])).length === 1
  }

  /**
   * charging -> requested: nobody has charged. `voidedAt`: nor ever will under this key. False: it is not ours any
   * more.
   */
  async release({ id, attempts }: ClaimedPayment, voidedAt: ProviderName[]): Promise<boolean> {
    return (await this.database.query(RELEASE, [id, attempts, voidedAt])).length === 1
  }

  async retryLater({ id, attempts }: ClaimedPayment, delaySeconds: number): Promise<void> {
    await this.database.query(RETRY_LATER, [id, attempts, delaySeconds])
  }

  /** From the state that we know it in to its end. False: it is not ours any more. */
  async end(transaction: Transaction, { id, attempts, state }: ClaimedPayment, end: PaymentEnd): Promise<boolean> {
    const values = [id, attempts, end.state, end.reason ?? null, state]
    return (await transaction.query(END, values)).length === 1
  }
}
