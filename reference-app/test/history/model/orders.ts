import { acknowledged, mayHaveEffect, type Operation, type OrderItem, wishOf } from '../history.ts'
import type { OrderRow } from '../snapshot.ts'
import { CLOCK_SLACK_MS, type Evidence, endedBefore, groupBy, type Violation } from './evidence.ts'

type OrderOperation = Operation<{ kind: 'order'; orderItems: OrderItem[]; couponId?: number }>

/** In the rows: sold and left are what there was, an order costs what its items do, a coupon is used for one order. */
export function stockIsSoldOnce({ history, snapshot }: Evidence): Violation[] {
  const sold = groupBy(
    snapshot.orders.flatMap(({ id, items, status }) =>
      status === 'cancelled' ? [] : items.map((item) => ({ order: id, ...item })),
    ),
    ({ productId }) => productId,
  )
  const ordered = (productId: number) =>
    history
      .of('order')
      .filter((one) => mayHaveEffect(one) && one.call.orderItems.some((item) => item.productId === productId))
  const stock = snapshot.products.flatMap((product): Violation[] => {
    const items = sold.get(product.id) ?? []
    const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0)
    if (product.stock >= 0 && product.stock + pieces === product.initialStock) return []
    const what = `product ${product.id}: ${pieces} sold and ${product.stock} left of ${product.initialStock}`
    const rows = [product, ...items]
    return [{ invariant: 'sold and left are what there was', what, operations: ordered(product.id), rows }]
  })
  const users = groupBy(
    snapshot.orders.filter(({ issueId, status }) => issueId !== null && status !== 'cancelled'),
    ({ issueId }) => issueId,
  )
  const used = snapshot.issues.flatMap((issue): Violation[] => {
    const rows = users.get(issue.id) ?? []
    if (rows.length === (issue.used ? 1 : 0) && rows.every(({ userId }) => userId === issue.userId)) return []
    const operations = history
      .of('order')
      .filter((one) => one.userId === issue.userId && one.call.couponId === issue.couponId && mayHaveEffect(one))
    const what = `coupon ${issue.couponId} of user ${issue.userId} is ${issue.used ? 'used' : 'unused'}, by ${rows.length} orders`
    return [{ invariant: 'a coupon is used once, by its user', what, operations, rows: [issue, ...rows] }]
  })
  const wrong = snapshot.orders.filter((row) => row.total + row.discount !== sumOf(row.items))
  const totals = wrong.map((row) => {
    return { invariant: 'an order costs what its items do', what: `order ${row.id}`, operations: [], rows: [row] }
  })
  return [...stock, ...used, ...totals]
}

/** Between answers and rows. */
export function ordersAreThoseAskedFor(evidence: Evidence): Violation[] {
  const { history, snapshot } = evidence
  const asked = history.of('order')
  const rows = new Map(snapshot.orders.map((row) => [row.id, row]))
  const owner = new Map<number, OrderOperation>()
  const violations: Violation[] = []
  for (const operation of asked.filter(({ end }) => end?.outcome === 'ok')) {
    const id = (operation.end?.body as { id: number } | undefined)?.id ?? 0
    const row = rows.get(id)
    const other = owner.get(id)
    const broken = (invariant: string, some: Operation[] = [operation]) =>
      violations.push({ invariant, what: `order ${id}`, operations: some, rows: row === undefined ? [] : [row] })
    if (row === undefined && acknowledged(operation, snapshot.startedAt)) broken('an acknowledged write is never lost')
    if (row !== undefined && nameOfRow(row) !== nameOf(operation)) broken('an answer says what was done')
    if (other !== undefined && wishOf(other) !== wishOf(operation))
      broken('a key takes effect once', [other, operation])
    owner.set(id, operation)
  }
  return [...violations, ...unclaimed(asked, snapshot.orders, owner), ...unfounded(evidence)]
}

function unclaimed(asked: OrderOperation[], rows: OrderRow[], owner: Map<number, Operation>): Violation[] {
  const open = groupBy(
    asked.filter((operation) => mayHaveEffect(operation) && operation.end?.outcome !== 'ok'),
    nameOf,
  )
  const made = groupBy(
    rows.filter(({ id }) => !owner.has(id)),
    nameOfRow,
  )
  return [...made].flatMap(([name, orders]): Violation[] => {
    const wishes = new Set((open.get(name) ?? []).map(wishOf))
    if (orders.length <= wishes.size) return []
    const invariant = 'a refusal has no effect, and a request takes effect whole and once'
    const what = `${orders.length} orders (${name}), with ${wishes.size} requests that may have made them`
    return [{ invariant, what, operations: asked.filter((one) => nameOf(one) === name), rows: orders }]
  })
}

/** Stock only falls here (orders are not cancelled for a quarter of an hour), so what was gone by the answer tells. */
function unfounded(evidence: Evidence): Violation[] {
  const { history, snapshot } = evidence
  const initial = new Map(snapshot.products.map(({ id, initialStock }) => [id, initialStock]))
  const refused = history.of('order').filter((one) => one.end?.outcome === 'rejected' && endedBefore(evidence, one))
  return refused.flatMap((operation): Violation[] => {
    const answeredAt = (operation.end?.at ?? 0) + CLOCK_SLACK_MS
    const before = snapshot.orders.filter(({ createdAt }) => createdAt < answeredAt)
    const { orderItems, couponId } = operation.call
    const short = orderItems.some(({ productId, quantity }) => {
      const gone = before.flatMap(({ items }) => items.filter((item) => item.productId === productId))
      return (initial.get(productId) ?? 0) - gone.reduce((sum, item) => sum + item.quantity, 0) < quantity
    })
    const issue = snapshot.issues.find((row) => row.couponId === couponId && row.userId === operation.userId)
    const spent = before.some(({ issueId }) => issueId !== null && issueId === issue?.id)
    const isTrue: Record<string, boolean> = { out_of_stock: short, coupon_used: spent }
    const { code = '' } = operation.end ?? {}
    if (isTrue[code] !== false) return []
    const what = `${code}, and at no time meanwhile was it so`
    const wanted = new Set(orderItems.map(({ productId }) => productId))
    const rows =
      code === 'coupon_used'
        ? [issue, ...snapshot.orders.filter(({ issueId }) => issueId !== null && issueId === issue?.id)]
        : [
            ...snapshot.products.filter(({ id }) => wanted.has(id)),
            ...snapshot.orders.filter(({ items }) => items.some(({ productId }) => wanted.has(productId))).slice(-6),
          ]
    const others = history
      .of('order')
      .filter((one) => one !== operation && one.userId === operation.userId && one.call.couponId === couponId)
    return [
      {
        invariant: 'a refusal has its reason',
        what,
        operations: [...(code === 'coupon_used' ? others : []), operation],
        rows,
      },
    ]
  })
}

function nameOf({ userId, call: { orderItems, couponId } }: OrderOperation): string {
  return `user ${userId}: ${textOf(orderItems)}${couponId === undefined ? '' : ', with a coupon'}`
}

function nameOfRow({ userId, items, issueId }: OrderRow): string {
  return `user ${userId}: ${textOf(items)}${issueId === null ? '' : ', with a coupon'}`
}

function textOf(items: OrderItem[]): string {
  const sorted = items.toSorted((a, b) => a.productId - b.productId)
  return sorted.map(({ productId, quantity, price }) => `${quantity} of ${productId} at ${price}`).join(', ')
}

function sumOf(items: OrderItem[]): number {
  return items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
}
