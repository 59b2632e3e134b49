import { appendFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { GOOD } from '../src/programs/payment-provider/knobs.ts'
import { metricOf } from './support/metric.ts'
import { CONTROL_TOKEN, PaymentProvider } from './support/payment-provider.ts'
import { until } from './support/until.ts'

let provider: PaymentProvider
let keys = 0
const newKey = () => `key-${++keys}`
const FAST = { ...GOOD, latencyMs: 0, latencyJitterMs: 0 }
const control = { authorization: `Bearer ${CONTROL_TOKEN}` }

beforeAll(async () => {
  provider = await PaymentProvider.start()
  await provider.turn(FAST)
})

afterEach(async () => {
  await provider.turn(FAST)
})

afterAll(async () => {
  await provider.remove()
})

const onDisk = (key: string) => provider.charges.filter((charge) => charge.key === key)
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { code?: string }).code}`
const underWay = () =>
  until('the charge is under way', async () => {
    return (await metricOf(`${provider.url}/metrics`, 'payment_provider_charges_under_way')) === 1
  })

test('a charge is on disk before it is answered, and the same key charges once, however often and at once it is sent', async () => {
  const key = newKey()
  const first = await provider.charge(key, 500)
  expect(first).toMatchObject({ status: 200, body: { key, status: 'charged', amount: 500, reference: 'order:1' } })
  expect(onDisk(key)).toEqual([first.body])
  expect((await provider.charge(key, 500)).body).toEqual(first.body)

  const other = newKey()
  const replies = await Promise.all(Array.from({ length: 20 }, () => provider.charge(other, 700)))
  expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(onDisk(other)).toHaveLength(1)
})

test('what is not a proper request for a charge charges nothing', async () => {
  const key = newKey()
  const before = provider.charges.length
  const send = (json: unknown, headers = { 'idempotency-key': key }) => provider.call('POST', '/charges', json, headers)
  for (const amount of [0, -1, 1.5, '5', null, 2 ** 31]) {
    expect(codeOf(await send({ amount, reference: 'order:1' }))).toBe('400 invalid_request')
  }
  expect(codeOf(await send({ amount: 1 }))).toBe('400 invalid_request')
  expect(codeOf(await send({ amount: 1, reference: 'order:1', currency: 'KRW' }))).toBe('400 invalid_request')
  expect(codeOf(await send('not an object'))).toBe('400 invalid_request')
  expect(codeOf(await provider.call('POST', '/charges', { amount: 1, reference: 'order:1' }))).toBe('400 key_invalid')
  expect(provider.charges).toHaveLength(before)
})

test('a key that was used for another amount is refused, and the first charge stands', async () => {
  const key = newKey()
  await provider.charge(key, 500)
  expect(codeOf(await provider.charge(key, 501))).toBe('422 key_reused')
  expect(onDisk(key)).toMatchObject([{ amount: 500 }])
})

test('a voided key is never charged, not even by a request that was on its way; a charged one is not voided', async () => {
  const [voided, charged] = [newKey(), newKey()]
  await provider.turn({ latencyMs: 2_000 })
  const onItsWay = provider.charge(voided, 500)
  await underWay()
  await provider.turn({ latencyMs: 0 })
  expect(await provider.call('POST', `/charges/${voided}/void`)).toMatchObject({
    status: 200,
    body: { status: 'voided', amount: null },
  })
  expect(await onItsWay).toMatchObject({ status: 409, body: { status: 'voided' } })
  expect(onDisk(voided)).toHaveLength(1)

  await provider.charge(charged, 500)
  expect((await provider.call('POST', `/charges/${charged}/void`)).body).toMatchObject({ status: 'charged' })
  expect(codeOf(await provider.call('GET', `/charges/${newKey()}`))).toBe('404 charge_not_found')
  expect((await provider.call('GET', `/charges/${charged}`)).body).toMatchObject({ status: 'charged', amount: 500 })
})

test('every charge is declined with a reason when the knob says so, and stays declined', async () => {
  await provider.turn({ declineRatio: 1 })
  const key = newKey()
  const reply = await provider.charge(key, 500)
  expect(reply).toMatchObject({ status: 402, body: { status: 'declined', reason: expect.any(String) } })
  await provider.turn({ declineRatio: 0 })
  expect((await provider.charge(key, 500)).body).toEqual(reply.body)
})

test.each([
  ['failRatio', async (key: string) => codeOf(await provider.charge(key, 500))],
  ['resetRatio', (key: string) => provider.charge(key, 500).then(String, () => 'reset')],
] as const)(
  '%s: nobody can tell from the answer whether the money was taken; of every other it was',
  async (knob, charge) => {
    await provider.turn({ [knob]: 1 })
    const tried = Array.from({ length: 10 }, newKey)
    const answers = []
    for (const key of tried) answers.push(await charge(key))
    expect(new Set(answers)).toEqual(new Set([knob === 'failRatio' ? '500 internal_error' : 'reset']))
    expect(tried.filter((key) => onDisk(key).length === 1)).toHaveLength(5)
  },
)

test('hanging: nothing about charges is answered; afterwards what was held up takes effect, though nobody listens any more', async () => {
  await provider.turn({ hang: true })
  const key = newKey()
  const body = JSON.stringify({ amount: 500, reference: 'order:1' })
  const headers = { 'idempotency-key': key }
  const signal = AbortSignal.timeout(200)
  await expect(fetch(`${provider.url}/charges`, { method: 'POST', headers, body, signal })).rejects.toThrow('timeout')
  await expect(fetch(`${provider.url}/charges/${key}`, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout')
  expect((await provider.call('GET', '/healthz')).status).toBe(200)
  expect(await metricOf(`${provider.url}/metrics`, 'payment_provider_knob', { knob: 'hang' })).toBe(1)
  await provider.turn({ hang: false })
  expect((await provider.call('GET', `/charges/${key}`)).body).toMatchObject({ status: 'charged' })
})

test('knobs and listings are for holders of the token', async () => {
  for (const [method, path] of [
    ['GET', '/knobs'],
    ['PUT', '/knobs'],
    ['GET', '/charges'],
  ] as const) {
    expect(codeOf(await provider.call(method, path))).toBe('401 unauthorized')
    expect(codeOf(await provider.call(method, path, undefined, { authorization: 'Bearer x' }))).toBe('401 unauthorized')
  }
  expect(codeOf(await provider.call('PUT', '/knobs', { hang: 'yes' }, control))).toBe('400 invalid_request')
  expect(codeOf(await provider.call('PUT', '/knobs', { speed: 1 }, control))).toBe('400 invalid_request')
  const all = (await provider.call('GET', '/charges', undefined, control)).body as { charges: { sequence: number }[] }
  expect(all.charges).toEqual(provider.charges)
  const rest = (await provider.call('GET', '/charges?after=3', undefined, control)).body as typeof all
  expect(rest.charges).toEqual(all.charges.slice(3))
})

test('charges survive a kill; a line that was being written then does not', async () => {
  const key = newKey()
  await provider.charge(key, 500)
  await provider.kill()
  appendFileSync(provider.dataFile, '{"sequence":99,"key":"half')
  await provider.restart()
  const after = newKey()
  expect((await provider.charge(key, 500)).body).toEqual(onDisk(key)[0])
  expect((await provider.charge(after, 500)).status).toBe(200)
  expect(provider.charges.map(({ sequence }) => sequence)).toEqual(provider.charges.map((_, index) => index + 1))
  expect(onDisk(after)).toHaveLength(1)
})

test('SIGTERM: what is under way is answered, exit 0', async () => {
  await provider.turn({ latencyMs: 1_500 })
  const key = newKey()
  const slow = provider.charge(key, 500)
  await underWay()
  const ended = provider.stop()
  expect((await slow).status).toBe(200)
  expect(await ended).toBe(0)
  expect(onDisk(key)).toHaveLength(1)
  await provider.restart()
})
