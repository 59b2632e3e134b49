import { expect } from '@jest/globals'
import { INVARIANTS } from '../../src/operations/auditor/invariants.ts'
import { PAYMENTS } from './payment-invariants.ts'
import type { Postgres } from './postgres.ts'

/** What the auditor looks after, and what only holds as long as no event was forgotten. Each query finds the rows that break it. */
const BROKEN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(INVARIANTS.map(({ broken, find }) => [broken, find])),
  ...PAYMENTS,
}

export async function expectNothingBroken(postgres: Postgres): Promise<void> {
  const found: Record<string, number> = {}
  for (const [what, query] of Object.entries(BROKEN)) found[what] = (await postgres.query(query)).length
  expect(found).toEqual(Object.fromEntries(Object.keys(BROKEN).map((what) => [what, 0])))
}

/** One number from one row. */
export async function count(postgres: Postgres, query: string): Promise<number> {
  const [row] = await postgres.query<{ count: string }>(`select count(*) from (${query}) as rows`)
  return Number(row?.count)
}
