/**
 * What the auditor costs: `node bench/auditor.ts [orders...]` (10000 and 100000 by default) fills a throw-away Postgres for each with the rows
 * of so many orders, and prints the time of each invariant's statement and of all together, in milliseconds. Each is made twice, and the faster one
 * counts. `too long`: Postgres ended it at the limit of every statement, 2 s.
 */
import { createRegistry } from '@drillbook/instrumentation'
import type { Invariant } from '../reference-app/src/operations/auditor/invariant.ts'
import { findBroken } from '../reference-app/src/operations/auditor/invariant-store.ts'
import { INVARIANTS } from '../reference-app/src/operations/auditor/invariants.ts'
import { Database } from '../reference-app/src/platform/database/database.ts'
import { DatabaseUnavailableError } from '../reference-app/src/platform/database/errors.ts'
import { startPreparedPostgres } from '../reference-app/test/support/postgres.ts'
import { busyShop } from './auditor/busy-shop.ts'

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 100_000]
const columns: string[][] = []
for (const orders of sizes) columns.push(await measure(orders))
print('ms; orders:', sizes.map(String))
for (const [row, name] of [...INVARIANTS.map(({ name }) => name), 'all'].entries()) {
  print(
    name,
    columns.map((column) => column[row] ?? ''),
  )
}

async function measure(orders: number): Promise<string[]> {
  const postgres = await startPreparedPostgres()
  const registry = createRegistry({ service: 'bench' })
  const database = new Database({ url: postgres.url, applicationName: 'bench', registry, onIdleError: () => {} })
  try {
    for (const statement of [busyShop(orders), 'vacuum analyze', 'checkpoint']) await postgres.query(statement)
    const times: number[] = []
    for (const invariant of INVARIANTS) times.push(await timeOf(database, invariant))
    return [...times, times.reduce((sum, ms) => sum + ms)].map((ms) =>
      ms === Number.POSITIVE_INFINITY ? 'too long' : ms.toFixed(0),
    )
  } finally {
    await database.close()
    await postgres.remove()
  }
}

/** Infinity when it was ended. Throws when it finds something: none of these rows is broken. */
async function timeOf(database: Database, invariant: Invariant): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY
  for (let n = 0; n < 2; n += 1) {
    const startedAt = performance.now()
    try {
      const { rows } = await findBroken(database, invariant)
      if (rows > 0) throw new Error(`${rows} rows break ${invariant.name}`)
      fastest = Math.min(fastest, performance.now() - startedAt)
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error
    }
  }
  return fastest
}

function print(name: string, cells: string[]): void {
  process.stdout.write(`${name.padEnd(30)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
}
