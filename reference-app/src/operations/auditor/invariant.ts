/** Which subjects are looked at: a condition on the column that holds their key. */
export type Among = (column: string) => string

/** Where the pieces of all orders come from: most are counted, the others are in the orders that have to be looked at. */
export interface Orders {
  /** The orders that are to be looked at: a query for their `(id, status)`. */
  looked: string
  /** What the others say, as a relation: `(product_id, quantity)`, pieces paid for. */
  counted: string
}

/** Nothing is counted: each order is looked at. */
export const EVERY_ORDER: Orders = {
  looked: 'select id, status from shop_order',
  counted: '(select null::integer, 0::bigint where false) as counted (product_id, quantity)',
}

/**
 * Ends a query inside another one, about one row of that: it is made for each row, by an index, so it costs the same however large its table is. As part of
 * a join the planner may prefer to read a whole table, as long as that is not too large.
 */
export const ONE_BY_ONE = 'offset 0'

/** Something that must be true of the rows at every moment, whoever did what. */
export interface Invariant {
  /** snake_case: the `invariant` label. */
  name: string
  /** In the log, when it does not hold. */
  broken: string
  /** The table whose primary key, an integer or a bigint, names the subjects. */
  table: string
  key: string
  /** Subjects that one statement looks at: some ten thousand rows, well below 200 ms. */
  slice: number
  /** A subject may have any number of orders behind it: then those that cannot change any more are counted in slices, and not looked at each time. */
  hasOrdersBehind?: true
  /** One statement, so that it sees one moment: keys of the subjects that break it. It reads no more than these subjects and orders need. */
  find: (among: Among, orders?: Orders) => string
}
