import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import { EVERY_ORDER, type Invariant, type Orders } from './invariant.ts'
import { PaidPiecesStore } from './paid-pieces-store.ts'

/** Subjects `after` < key <= `upTo`. */
export interface Slice {
  after: number
  upTo: number
}

/** Pieces that are known, of all orders up to this one but the open ones. */
export interface KnownPieces {
  upTo: number
  paid: ReadonlyMap<number, number>
  open: readonly number[]
}

/** Rows are read from where reads are set to go: a replica shows moments that have been, which is all that an invariant needs. */
export class InvariantStore {
  readonly paidPieces: PaidPiecesStore
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
    this.paidPieces = new PaidPiecesStore(database)
  }

  /** The subjects that follow. Undefined: there are none. */
  async next(invariant: Invariant, after: number): Promise<Slice | undefined> {
    const { table, key, slice } = invariant
    const upTo = await this.key(
      statement('next', invariant, `select max(${key})::float8 as key from (${firstKeys(table, key)}) as picked`),
      [after, slice],
    )
    return upTo === undefined ? undefined : { after, upTo }
  }

  /** The subjects that came last: what happens now is among them, however many there are. */
  async newest(invariant: Invariant): Promise<Slice | undefined> {
    const { table, key, slice } = invariant
    const last = `select ${key} from ${table} order by ${key} desc limit $1`
    const bounds = statement(
      'newest',
      invariant,
      `select (min(${key}) - 1)::float8 as after, max(${key})::float8 as "upTo" from (${last}) as picked`,
    )
    const [row] = await this.database.read<{ after: number | null; upTo: number | null }>(bounds, [slice])
    return row?.after == null || row.upTo === null ? undefined : { after: row.after, upTo: row.upTo }
  }

  /** Keys of those that break it. */
  async brokenIn(invariant: Invariant, { after, upTo }: Slice, pieces?: KnownPieces): Promise<number[]> {
    const among = (column: string) => `(${column} > $1 and ${column} <= $2)`
    return await this.broken('slice', invariant, among, [after, upTo], pieces)
  }

  /** Which of these still break it. */
  async brokenAmong(invariant: Invariant, keys: readonly number[], pieces?: KnownPieces): Promise<number[]> {
    return await this.broken('known', invariant, (column) => `${column} = any ($1::bigint[])`, [keys], pieces)
  }

  private async broken(
    what: string,
    invariant: Invariant,
    among: (column: string) => string,
    values: unknown[],
    pieces: KnownPieces | undefined,
  ): Promise<number[]> {
    const orders = pieces === undefined ? EVERY_ORDER : ordersBut(values.length + 1)
    const find = invariant.find(among, orders)
    const keys = statement(what, invariant, `select found.key::float8 from (${find}) as found (key)`)
    const all = pieces === undefined ? values : [...values, ...parametersOf(pieces)]
    return (await this.database.read<{ key: number }>(keys, all)).map(({ key }) => key)
  }

  private async key(find: Statement, values: unknown[]): Promise<number | undefined> {
    const [row] = await this.database.read<{ key: number | null }>(find, values)
    return row?.key ?? undefined
  }
}

/** Those of `parametersOf`, the first of them under this number. */
function ordersBut(first: number): Orders {
  return {
    looked: `select id, status from shop_order where id > $${first}
      union all select id, status from shop_order where id = any ($${first + 1}::integer[])`,
    counted: `unnest($${first + 2}::integer[], $${first + 3}::bigint[]) as counted (product_id, quantity)`,
  }
}

const parametersOf = ({ upTo, open, paid }: KnownPieces) => [upTo, open, [...paid.keys()], [...paid.values()]]

function firstKeys(table: string, key: string): string {
  return `select ${key} from ${table} where ${key} > $1 order by ${key} limit $2`
}

function statement(what: string, { name, table }: Invariant, text: string): Statement {
  return { name: `invariant-${what}-${name}`, operation: 'SELECT', collection: table, text }
}
