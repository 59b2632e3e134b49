import { type Evidence, groupBy, type Violation } from './evidence.ts'

/** What the providers have on disk was read after the rows: what these say has been decided is there. */
export function ordersAreChargedOnce({ history, snapshot, charges }: Evidence): Violation[] {
  if (charges === undefined) return []
  const charged = groupBy(
    charges.filter(({ status }) => status === 'charged'),
    ({ reference }) => reference ?? '',
  )
  const operationsOf = (orderId: number) =>
    history.operations.filter(
      ({ call, end }) =>
        (call.kind === 'order' && end?.outcome === 'ok' && (end.body as { id: number }).id === orderId) ||
        (call.kind === 'pay-order' && call.orderId === orderId),
    )
  return snapshot.orders.flatMap(({ id, status, total }): Violation[] => {
    const taken = charged.get(`order:${id}`) ?? []
    const payments = snapshot.orderPayments.filter(({ orderId }) => orderId === id)
    const broken = (invariant: string, what: string): Violation[] => [
      { invariant, what: `order ${id}: ${what}`, operations: operationsOf(id), rows: [...payments, ...taken] },
    ]
    if (taken.length > 1) return broken('an order is charged once', `charged ${taken.length} times`)
    if (status === 'paid' && total > 0 && taken[0]?.amount !== total)
      return broken('who has paid was charged, nobody else', `paid ${total}, charged ${taken[0]?.amount ?? 'nothing'}`)
    const failed = payments.find(
      ({ id: payment, state }) =>
        (state === 'declined' || state === 'failed') && taken.some(({ key }) => key === `payment-${payment}`),
    )
    if (failed !== undefined)
      return broken('who has paid was charged, nobody else', `payment ${failed.id} is ${failed.state}, and charged`)
    return []
  })
}

/** When no event is on its way, everybody has heard of everything. */
export function ordersAreWhatTheirPaymentsAre({ snapshot }: Evidence): Violation[] {
  if (snapshot.pendingEvents > 0) return []
  const payments = groupBy(snapshot.orderPayments, ({ orderId }) => orderId)
  return snapshot.orders.flatMap((order): Violation[] => {
    const last = (payments.get(order.id) ?? []).at(-1)
    if (last === undefined) return []
    const meant = { requested: 'placed', charging: 'placed', succeeded: 'paid' }[last.state] ?? 'payment_failed'
    if (order.status === meant) return []
    const what = `order ${order.id} is ${order.status}, its payment is ${last.state}`
    return [{ invariant: 'an order is what its payment is', what, operations: [], rows: [order, last] }]
  })
}

/** Events tell of sales later, but once: what was counted is what they say at every moment, and when none is on its way, all of it. */
export function salesAreWhatWasPaidFor({ snapshot }: Evidence): Violation[] {
  const paid = groupBy(
    snapshot.orders.filter(({ status }) => status === 'paid').flatMap(({ items }) => items),
    ({ productId }) => productId,
  )
  const counted = new Map(snapshot.sales.map((row) => [row.productId, row.quantity]))
  const told = new Map(snapshot.salesTold.map((row) => [row.productId, row.quantity]))
  return snapshot.products.flatMap(({ id }): Violation[] => {
    const sold = (paid.get(id) ?? []).reduce((sum, { quantity }) => sum + quantity, 0)
    const [count, known] = [counted.get(id) ?? 0, told.get(id) ?? 0]
    if (count === known && (known === sold || (known < sold && snapshot.pendingEvents > 0))) return []
    const what = `product ${id}: ${sold} paid for, ${known} told of, ${count} counted, ${snapshot.pendingEvents} events on their way`
    const orders = snapshot.orders.filter(({ items }) => items.some(({ productId }) => productId === id))
    return [{ invariant: 'sales are what was paid for, each once', what, operations: [], rows: orders }]
  })
}
