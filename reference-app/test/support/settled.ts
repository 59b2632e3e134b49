import { expect } from '@jest/globals'
import type { PaymentProvider } from './payment-provider.ts'
import type { Postgres } from './postgres.ts'

/** Row by row against the providers' own files: who has paid was charged once, at the provider that the row names; nobody else was charged. */
export async function expectChargesToBeTheRows(postgres: Postgres, providers: PaymentProvider[]): Promise<void> {
  const rows = await postgres.query<{ key: string; amount: number; provider: string }>(`
    select 'payment-' || id as key, amount, provider from order_payment where state = 'succeeded' order by id`)
  const charged = providers.flatMap(({ name, charges }) =>
    charges.filter(({ status }) => status === 'charged').map(({ key, amount }) => ({ key, amount, provider: name })),
  )
  const byKey = (a: { key: string }, b: { key: string }) => a.key.localeCompare(b.key)
  expect(charged.toSorted(byKey)).toEqual(rows.toSorted(byKey))
}

/** Payments by state. */
export async function paymentStates(postgres: Postgres): Promise<Record<string, number>> {
  const rows = await postgres.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from order_payment group by state',
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}
