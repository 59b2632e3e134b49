import type { Database } from '../database/database.ts'
import type { Statement } from '../database/statement.ts'
import type { Invariant } from './invariant.ts'

/** Subjects `after` < key <= `upTo`. */
export interface Slice {
  after: number
  upTo: number
}

/** Rows are read from where reads are set to go: a replica shows moments that have been, which is all that an invariant needs. */
export class InvariantStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
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
  async brokenIn(invariant: Invariant, { after, upTo }: Slice): Promise<number[]> {
    return await this.broken('slice', invariant, (column) => `(${column} > $1 and ${column} <= $2)`, [after, upTo])
  }

  /** Which of these still break it. */
  async brokenAmong(invariant: Invariant, keys: readonly number[]): Promise<number[]> {
    return await this.broken('known', invariant, (column) => `${column} = any ($1::bigint[])`, [keys])
  }

  private async broken(
    what: string,
    invariant: Invariant,
    among: (column: string) => string,
    values: unknown[],
  ): Promise<number[]> {
    const find = statement(what, invariant, `select found.key::float8 from (${invariant.find(among)}) as found (key)`)
    return (await this.database.read<{ key: number }>(find, values)).map(({ key }) => key)
  }

  private async key(find: Statement, values: unknown[]): Promise<number | undefined> {
    const [row] = await this.database.read<{ key: number | null }>(find, values)
    return row?.key ?? undefined
  }
}

function firstKeys(table: string, key: string): string {
  return `select ${key} from ${table} where ${key} > $1 order by ${key} limit $2`
}

function statement(what: string, { name, table }: Invariant, text: string): Statement {
  return { name: `invariant-${what}-${name}`, operation: 'SELECT', collection: table, text }
}
