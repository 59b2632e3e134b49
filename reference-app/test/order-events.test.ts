import { get, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { BackOffice, order, orderOf } from './support/shop.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let back: BackOffice

beforeAll(async () => {
  stack = await startStack()
  back = new BackOffice(stack.postgres)
})

afterAll(async () => {
  await back.close()
  await stack.remove()
})

afterEach(async () => {
  for (const client of everybody.splice(0)) client.leave()
  await until('no stream is open', async () => (await stack.api.metric('http_server_active_requests')) === 0)
})

/** Of the test that runs. */
const everybody: Listening[] = []

/** One client of a stream, with what it has heard. */
class Listening {
  text = ''
  ended = false
  private readonly response: IncomingMessage

  private constructor(response: IncomingMessage) {
    this.response = response
    response.on('data', (chunk: Buffer) => {
      this.text += chunk.toString()
    })
    response.on('end', () => {
      this.ended = true
    })
    response.on('error', () => undefined) // it left
  }

  static async to(api: Api, orderId: number, lastEventId?: number): Promise<Listening> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    get(`${api.url}/api/v1/orders/${orderId}/events`, { headers, agent: false }, resolve).on('error', reject)
    const client = new Listening(await promise)
    everybody.push(client)
    return client
  }

  get status(): number | undefined {
    return this.response.statusCode
  }

  get headers() {
    return this.response.headers
  }

  /** `version status` of each event, in the order in which they came. */
  get heard(): string[] {
    return [...this.text.matchAll(/id: (\d+)\nevent: order\ndata: (.*)\n\n/g)].map(
      ([, id, data]) => `${id} ${(JSON.parse(data ?? '') as { status: string }).status}`,
    )
  }

  async hears(count: number): Promise<string[]> {
    await until(`${count} events`, () => this.heard.length >= count)
    return this.heard
  }

  leave(): void {
    this.response.destroy()
  }
}

const placed = async (userId = 1) => orderOf(await order(stack.api, userId, [[1, 1]])).id
const retry = (orderId: number) => stack.api.post(`/orders/${orderId}/payment`, { userId: 1 })
const outcomes = (outcome: string, reason?: string) =>
  stack.api.metric('operation_outcomes_total', {
    operation: 'order_events',
    outcome,
    ...(reason === undefined ? {} : { reason }),
  })

test('a stream begins with the status of now, tells each change and ends with the last', async () => {
  const before = await outcomes('success')
  const id = await placed()
  const client = await Listening.to(stack.api, id)
  expect([client.status, client.headers['content-type'], client.headers['x-accel-buffering']]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no',
  ])
  expect(await client.hears(1)).toEqual(['1 placed'])
  await back.endPayment(id, 'declined', 'no_funds')
  expect(await client.hears(2)).toEqual(['1 placed', '2 payment_failed'])
  expect(client.text).toContain('"reason":"no_funds"')
  await retry(id)
  await back.endPayment(id, 'succeeded')
  expect(await client.hears(4)).toEqual(['1 placed', '2 payment_failed', '3 placed', '4 paid'])
  await until('the stream ends', () => client.ended)
  await until('it is counted', async () => (await outcomes('success')) === before + 1)
  expect(await outcomes('failed')).toBe(0)
})

test('who comes back with Last-Event-ID gets what came since, and nothing again after the last', async () => {
  const id = await placed()
  await back.endPayment(id, 'declined')
  await retry(id)
  const client = await Listening.to(stack.api, id, 1)
  expect(await client.hears(2)).toEqual(['2 payment_failed', '3 placed'])
  await back.endPayment(id, 'succeeded')
  expect(await client.hears(3)).toEqual(['2 payment_failed', '3 placed', '4 paid'])
  expect((await Listening.to(stack.api, id, 4)).status).toBe(204)
  expect(await (await Listening.to(stack.api, id)).hears(1)).toEqual(['4 paid'])
})

test('a client that leaves has had a success, and its request lasted until its stream began', async () => {
  const before = await outcomes('success')
  const labels = { http_route: '/api/v1/orders/:orderId/events', http_response_status_code: '200' }
  const lasted = () => stack.api.metric('http_server_request_duration_seconds_sum', labels)
  const others = await lasted()
  const client = await Listening.to(stack.api, await placed())
  await client.hears(1)
  await new Promise((resolve) => setTimeout(resolve, 1_200)) // longer than a hang-up may take to be no failure
  client.leave()
  await until('it is counted', async () => (await outcomes('success')) === before + 1)
  expect((await lasted()) - others).toBeLessThan(1.2)
})

test('what is missed while Postgres cannot be listened to is told after it', async () => {
  const id = await placed()
  const client = await Listening.to(stack.api, id)
  await client.hears(1)
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'api-test/notifications'`
  await Promise.all([stack.postgres.query(end), back.endPayment(id, 'declined')])
  expect(await client.hears(2)).toEqual(['1 placed', '2 payment_failed'])
  await stack.postgres.restart()
  await until('the back office is back', async () => back.endPayment(await retried(id), 'succeeded').then(() => true))
  expect((await client.hears(4)).slice(2)).toEqual(['3 placed', '4 paid'])
})

async function retried(id: number): Promise<number> {
  await until('it is retried', async () => [202, 409].includes((await retry(id)).status))
  return id
}

test('an order that is not there has no stream', async () => {
  expect((await Listening.to(stack.api, 999_999)).status).toBe(404)
})

/** What an instance serves, and how many of them may be of one order; two orders of a user may have as many (commerce/stream-places.ts). */
const ALL = 500
const OF_ORDER = 4
const isOpen = ({ status }: Listening) => status === 200

test('an order has four streams and a user ten, more are refused, and who leaves makes room', async () => {
  const ids = await Promise.all(Array.from({ length: 3 }, () => placed(7)))
  const [first = 0, second = 0, third = 0] = ids
  const before = await outcomes('rejected', 'stream_limit')
  const clients = await Promise.all(Array.from({ length: 7 }, () => Listening.to(stack.api, first)))
  expect(clients.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 409, 409, 409])
  const others = await Promise.all(
    [second, second, second, second, third, third].map((id) => Listening.to(stack.api, id)),
  )
  expect(others.every(isOpen)).toBe(true)
  expect((await Listening.to(stack.api, third)).status).toBe(409) // the user's eleventh, the order's third
  expect((await Listening.to(stack.api, await placed(8))).status).toBe(200) // another user's
  await until('all are counted', async () => (await outcomes('rejected', 'stream_limit')) === before + 4)
  expect(await outcomes('failed')).toBe(0)
  for (const client of [...clients, ...others]) client.leave()
  await until('there is room again', async () => isOpen(await Listening.to(stack.api, first)))
})

test('many streams cost no query each, and more than 500 are refused as too many', async () => {
  const ids = await Promise.all(Array.from({ length: ALL / OF_ORDER }, (_, at) => placed(1_000 + Math.floor(at / 2))))
  const [id = 0] = ids
  const clients = await Promise.all(
    ids.flatMap((id) => Array.from({ length: OF_ORDER }, () => Listening.to(stack.api, id))),
  )
  await Promise.all(clients.map((client) => client.hears(1)))
  const refused = await Listening.to(stack.api, await placed())
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
  const queries = () =>
    stack.api.metric('db_client_operation_duration_seconds_count', { db_collection_name: 'order_change' })
  const before = await queries()
  await back.endPayment(id, 'declined')
  await Promise.all(clients.slice(0, OF_ORDER).map((client) => client.hears(2)))
  expect((await queries()) - before).toBeLessThanOrEqual(2)
  await cancel(ids)
  await until('all have ended', () => clients.every(({ ended }) => ended))
  expect((await queries()) - before).toBeLessThanOrEqual(ids.length / 10)
  await until('there is room again', async () => isOpen(await Listening.to(stack.api, await placed())))
})

/** All at once. */
async function cancel(ids: readonly number[]): Promise<void> {
  await stack.postgres.query(`with moved as (
      update shop_order set status = 'cancelled', version = version + 1 where id in (${ids.join()}) returning *),
    changed as (insert into order_change (order_id, version, status) select id, version, status from moved)
    select pg_notify('order_changed', id::text) from moved`)
}

test('an instance that is stopped ends its streams, and ends with 0', async () => {
  const api = await Api.start({
    databaseUrl: stack.postgres.url,
    primaryUrl: stack.primary.url,
    instance: 'api-stopped',
  })
  const client = await Listening.to(api, await placed())
  await client.hears(1)
  const stopped = api.stop()
  await until('the stream ends', () => client.ended, 6_000) // what is left after ten seconds is cut
  expect(await stopped).toBe(0)
})
