import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRegistry } from '@drillbook/instrumentation'
import { afterEach, expect, test } from '@jest/globals'
import { ProviderClient } from '../src/commerce/payments/provider-client.ts'
import { paymentProviderMetrics } from '../src/commerce/payments/provider-metrics.ts'
import type { Verdict } from '../src/commerce/payments/verdict.ts'

const ORDER = { key: 'payment-1', amount: 100, reference: 'order:1' }

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** What a charge comes to at a provider that answers so. */
async function charged(answer: object): Promise<Verdict> {
  const text = JSON.stringify(answer)
  server = createServer((_request, response) => response.end(text)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metrics = paymentProviderMetrics(createRegistry({ service: 'test' }), { providers: ['primary'] })
  const client = new ProviderClient('primary', url, metrics)
  try {
    return await client.charge(ORDER)
  } finally {
    await client.close()
  }
}

const declined = (reason: string) => ({ key: ORDER.key, status: 'declined', amount: ORDER.amount, reason })

test('the bank’s reason is told as it is', async () => {
  expect(await charged(declined('card_expired'))).toEqual({ kind: 'declined', reason: 'card_expired' })
})

test.each([
  ['holds what no text in Postgres can', 'card\0expired'],
  ['is no code', 'Please call <b>your</b> bank'],
  ['is endless', 'a'.repeat(65)],
])('a reason that %s is not passed on: the payment is declined all the same', async (_, reason) => {
  expect(await charged(declined(reason))).toEqual({ kind: 'declined', reason: 'not_named' })
})

test('an answer without an end is not read to it, and says nothing', async () => {
  const verdict = await charged({ ...declined('card_expired'), padding: 'a'.repeat(1_000_000) })
  expect(verdict).toMatchObject({ kind: 'unknown' })
})
