/**
 * What the auditor's looks cost: `node bench/auditor.ts [orders...]` (100000 and 1000000 unless said) fills a throw-away Postgres for each with the rows
 * of so many orders, and prints the longest statement of each invariant in milliseconds: all that count the pieces of orders, and those of eleven
 * slices spread over its table. Each is made twice, and the faster one counts.
 */
import { createRegistry } from '@drillbook/instrumentation'
import type { QueryResultRow } from 'pg'
import type { Invariant } from '../reference-app/src/operations/auditor/invariant.ts'
import { InvariantStore } from '../reference-app/src/operations/auditor/invariant-store.ts'
import { INVARIANTS } from '../reference-app/src/operations/auditor/invariants.ts'
import { PaidPieces } from '../reference-app/src/operations/auditor/paid-pieces.ts'
import { Database } from '../reference-app/src/platform/database/database.ts'
import type { Statement } from '../reference-app/src/platform/database/statement.ts'
import { startPreparedPostgres } from '../reference-app/test/support/postgres.ts'
import { busyShop } from './auditor/busy-shop.ts'

const SLICES = 10

class TimedDatabase extends Database {
  longestMs = 0

  override async read<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const startedAt = performance.now()
    await super.read<Row>(statement, values)
    const between = performance.now()
    const rows = await super.read<Row>(statement, values)
    this.longestMs = Math.max(this.longestMs, Math.min(between - startedAt, performance.now() - between))
    return rows
  }
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 1_000_000]
const columns: string[][] = []
for (const orders of sizes) columns.push(await measure(orders))
print('longest statement, ms; orders:', sizes.map(String))
for (const [row, { name }] of INVARIANTS.entries()) {
  print(
    name,
    columns.map((column) => column[row] ?? ''),
  )
}

async function measure(orders: number): Promise<string[]> {
  const postgres = await startPreparedPostgres()
  const registry = createRegistry({ service: 'bench' })
  const database = new TimedDatabase({ url: postgres.url, applicationName: 'bench', registry, onIdleError: () => {} })
  try {
    for (const statement of [busyShop(orders), 'vacuum analyze', 'checkpoint']) await postgres.query(statement)
    const column: string[] = []
    for (const invariant of INVARIANTS) {
      database.longestMs = 0
      const broken = await look(invariant, new InvariantStore(database))
      column.push(broken === 0 ? database.longestMs.toFixed(0) : `${broken} broken`)
    }
    return column
  } finally {
    await database.close()
    await postgres.remove()
  }
}

/** How many it finds broken: of these rows none should be. */
async function look(invariant: Invariant, store: InvariantStore): Promise<number> {
  const pieces = new PaidPieces(store.paidPieces)
  if (invariant.hasOrdersBehind === true) await pieces.advance(Number.POSITIVE_INFINITY)
  const newest = await store.newest(invariant)
  let broken = 0
  for (let n = 0; n <= SLICES; n += 1) {
    const after = Math.floor(((newest?.upTo ?? 0) * n) / SLICES)
    const slice = n === SLICES ? newest : await store.next(invariant, after)
    if (slice !== undefined) broken += (await store.brokenIn(invariant, slice, pieces.known)).length
  }
  return broken
}

function print(name: string, cells: string[]): void {
  process.stdout.write(`${name.padEnd(30)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
}
