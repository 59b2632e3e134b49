import { createLogger, createRegistry, outboxMetrics } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { findBroken } from '../src/operations/auditor/invariant-store.ts'
import { INVARIANTS } from '../src/operations/auditor/invariants.ts'
import { Database } from '../src/platform/database/database.ts'
import type { Statement } from '../src/platform/database/statement.ts'
import type { Consumer } from '../src/platform/outbox/consumer.ts'
import { DeliveryEvents } from '../src/platform/outbox/delivery-events.ts'
import { DeliveryStore } from '../src/platform/outbox/delivery-store.ts'
import { forgetEvents } from '../src/platform/outbox/forget-events.ts'
import { OutboxStore } from '../src/platform/outbox/outbox-store.ts'
import { Relay } from '../src/platform/outbox/relay.ts'
import { prepareDatabase } from '../src/programs/database-set-up/prepare.ts'
import { count } from './support/invariants.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { until } from './support/until.ts'

const EFFECT: Statement = {
  name: 'test-effect',
  operation: 'INSERT',
  collection: 'effect',
  text: 'insert into effect (event_id) values ($1)',
}

let postgres: Postgres
let database: Database
let lines: Record<string, unknown>[] = []
const registry = createRegistry({ service: 'test' })
const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
const logger = createLogger({ service: 'test', instance: 'test', level: 'info', registry, destination })
const events = new DeliveryEvents(outboxMetrics(registry), logger)

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  await postgres.query('create table effect (event_id bigint not null)')
  const options = { url: postgres.url, applicationName: 'outbox-test', registry, onIdleError: () => undefined }
  database = new Database(options)
})

afterEach(async () => {
  await postgres.query('delete from outbox_event')
  await postgres.query('delete from effect')
  lines = []
})

afterAll(async () => {
  await database.close()
  await postgres.remove()
})

/** Its effects are rows; events whose key is `poison` throw after them. */
const writer: Consumer = {
  name: 'writer',
  topics: ['test.happened'],
  consume: async (transaction, event) => {
    await transaction.query(EFFECT, [event.id])
    if (event.key === 'poison') throw new Error('this one is poison')
  },
}

const relayOf = (deliveries = new DeliveryStore(database)) =>
  new Relay({ database, deliveries, consumers: [writer], events, onMore: () => undefined })

async function append(keys: string[], topic = 'test.happened'): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const key of keys) await new OutboxStore().append(transaction, { topic, key, payload: { key } })
  })
}

const many = (howMany: number) => Array.from({ length: howMany }, (_, index) => `key-${index}`)
const pending = () => count(postgres, 'select from outbox_event where published_at is null')
const effects = () => count(postgres, 'select from effect')
const effectsTwice = () => count(postgres, 'select event_id from effect group by event_id having count(*) > 1')
const lapse = () =>
  postgres.query("update outbox_event set claimed_until = now() - interval '1 second' where published_at is null")
const makeDue = () => postgres.query('update outbox_event set next_attempt_at = now() where published_at is null')

test('what was rolled back is no event; what was committed takes effect and is published', async () => {
  const rolledBack = database.transaction(async (transaction) => {
    await new OutboxStore().append(transaction, { topic: 'test.happened', key: 'never', payload: {} })
    throw new Error('changed its mind')
  })
  await expect(rolledBack).rejects.toThrow('changed its mind')
  await append(['once'])
  await append(['nobody cares'], 'test.unheard')
  const relay = relayOf()
  await relay.work()
  await relay.drained()
  expect([await effects(), await pending()]).toEqual([1, 0])
  expect(lines).toEqual([])
})

test('a relay that died between the effect and the mark delivers again, and nothing happens twice', async () => {
  class Dying extends DeliveryStore {
    override async publish(): Promise<void> {
      throw new Error('killed') // as a process that is gone: neither marked nor given back
    }
    override async retryLater(): Promise<void> {}
  }
  await append(many(5))
  const dying = relayOf(new Dying(database))
  await dying.work()
  await dying.drained()
  expect([await effects(), await pending()]).toEqual([5, 5])

  const next = relayOf()
  await next.work()
  await next.drained()
  expect(await pending()).toBe(5) // the claims live
  await lapse()
  await next.work()
  await next.drained()
  expect([await effects(), await effectsTwice(), await pending()]).toEqual([5, 0, 0])
})

test('several relays at once: each event is claimed once', async () => {
  await append(many(300))
  const relays = Array.from({ length: 4 }, () => relayOf())
  await until('all are published', async () => {
    await Promise.all(relays.map((relay) => relay.work()))
    return (await pending()) === 0
  })
  await Promise.all(relays.map((relay) => relay.drained()))
  expect([await effects(), await effectsTwice()]).toEqual([300, 0])
  expect(await count(postgres, 'select from outbox_event where attempts > 1')).toBe(0)
})

test('an event that cannot be delivered holds up no other, and its half effect is undone', async () => {
  await append(['poison', ...many(30)])
  const relay = relayOf()
  await until('all others are published', async () => {
    await relay.work()
    return (await pending()) === 1
  })
  await relay.drained()
  expect(await effects()).toBe(30)
  expect(lines.some(({ event }) => event === 'outbox.delivery_failed')).toBe(true)
  const [row] = await postgres.query('select key, last_error from outbox_event where published_at is null')
  expect(row).toEqual({ key: 'poison', last_error: 'this one is poison' })
})

test('after ten attempts it is an error in the log and in the gauges, stays pending with a long pause, and still can be delivered', async () => {
  await append(['poison'])
  const relay = relayOf()
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    await makeDue()
    await relay.work()
    await relay.drained()
  }
  expect(lines.map(({ event, level }) => [event, level])).toEqual([
    ...Array.from({ length: 9 }, () => ['outbox.delivery_failed', 'warn']),
    ['outbox.event_stuck', 'error'],
  ])
  const wait = `select from outbox_event where next_attempt_at > now() + interval '3 minutes' and published_at is null`
  expect(await count(postgres, wait)).toBe(1)
  await postgres.query(`update outbox_event set created_at = now() - interval '90 seconds'`)
  events.measured(await new DeliveryStore(database).backlog())
  const page = await registry.metrics()
  expect(page).toMatch(/^outbox_pending 1$/m)
  expect(Number(/^outbox_oldest_seconds (.+)$/m.exec(page)?.[1])).toBeGreaterThan(89)

  await postgres.query(`update outbox_event set key = 'mended'`)
  await makeDue()
  await relay.work()
  await relay.drained()
  expect([await effects(), await pending()]).toEqual([1, 0])
})

test('an event that was tried often is soon tried again when it was Postgres that did not answer, because that ends', async () => {
  await append(['locked'])
  await postgres.query('update outbox_event set attempts = 30')
  const other = await postgres.connect()
  await other.query('begin')
  await other.query('lock table effect')
  const relay = relayOf()
  await relay.work()
  await relay.drained()
  await other.end()
  expect(lines.map(({ event }) => event)).toEqual(['outbox.event_stuck'])
  const soon = `select from outbox_event where next_attempt_at < now() + interval '40 seconds' and published_at is null`
  expect(await count(postgres, soon)).toBe(1)
  await makeDue()
  await relay.work()
  await relay.drained()
  expect([await effects(), await pending()]).toEqual([1, 0])
})

test('a relay whose claim has lapsed neither marks nor delays what somebody else has', async () => {
  await append(['slow'])
  const deliveries = new DeliveryStore(database)
  const [lapsed] = await deliveries.claim(1, 10)
  await lapse()
  const [current] = await deliveries.claim(1, 10)
  if (lapsed === undefined || current === undefined) throw new Error('nothing was claimed')
  await deliveries.publish(lapsed)
  await deliveries.retryLater(lapsed, 60, 'too late')
  expect(await pending()).toBe(1)
  await deliveries.publish(current)
  expect(await pending()).toBe(0)
})

test('published events are forgotten after an hour, others never', async () => {
  await append(many(3))
  const relay = relayOf()
  await relay.work()
  await relay.drained()
  await append(['waits'])
  await postgres.query(`update outbox_event set created_at = now() - interval '1 year',
    published_at = case when key = 'key-0' then now() - interval '59 minutes' else published_at - interval '61 minutes' end`)
  await forgetEvents(new DeliveryStore(database), new AbortController().signal)
  const left = await postgres.query('select key from outbox_event order by key')
  expect(left).toEqual([{ key: 'key-0' }, { key: 'waits' }])
  expect(await count(postgres, 'select from consumed_event')).toBe(1)
})

/** The tables as they were when their ids were integers. */
const AS_BEFORE = `alter table consumed_event alter column event_id type integer; alter table outbox_event alter column id type integer`
const LAST_INTEGER = 2_147_483_647
const idsFrom = (id: number) => postgres.query(`alter table outbox_event alter column id restart with ${id}`)
const prepareAgain = async () => {
  const client = await postgres.connect()
  await prepareDatabase(client)
  await client.end()
}
const shape = () =>
  postgres.query(`select atttypid::regtype::text as type, seqmax, (select count(*)::int from pg_constraint
      where conrelid = 'consumed_event'::regclass and confrelid = 'outbox_event'::regclass and confdeltype = 'c') as keys
    from pg_attribute, pg_sequence
    where attrelid = 'consumed_event'::regclass and attname = 'event_id' and seqrelid = 'outbox_event_id_seq'::regclass`)

test('events go on beyond the range of an integer: delivered once, looked after by the auditor, and forgotten', async () => {
  await idsFrom(LAST_INTEGER - 1)
  await append(many(5))
  const relay = relayOf()
  await relay.work()
  await relay.drained()
  await relay.work()
  expect([await effects(), await effectsTwice(), await pending()]).toEqual([5, 0, 0])
  const [last] = await postgres.query('select max(event_id)::float8 as id from effect')
  expect(last).toEqual({ id: LAST_INTEGER + 3 })

  const [claimed] = INVARIANTS.filter(({ name }) => name === 'event_published_or_claimed')
  if (claimed === undefined) throw new Error('it is there')
  await postgres.query(`update outbox_event set claimed_until = now() where id = ${LAST_INTEGER + 2}`)
  expect(await findBroken(database, claimed)).toEqual({ rows: 1, keys: [LAST_INTEGER + 2] })
  await postgres.query('update outbox_event set claimed_until = null')
  expect(await findBroken(database, claimed)).toEqual({ rows: 0, keys: [] })

  await postgres.query(`update outbox_event set published_at = now() - interval '61 minutes'`)
  await forgetEvents(new DeliveryStore(database), new AbortController().signal)
  expect(await count(postgres, 'select from outbox_event')).toBe(0)
  expect(await count(postgres, 'select from consumed_event')).toBe(0)
})

test('a database of before is prepared with its events in it, under a relay that works, and is left alone from then on', async () => {
  const relay = relayOf()
  await idsFrom(LAST_INTEGER)
  await postgres.query(AS_BEFORE)
  await append(['taken'])
  await relay.work()
  await relay.drained()
  expect(await shape()).toEqual([{ type: 'integer', seqmax: String(LAST_INTEGER), keys: 1 }])
  await expect(append(['too many'])).rejects.toThrow('nextval: reached maximum value')

  await prepareAgain()
  expect(await shape()).toEqual([{ type: 'bigint', seqmax: '9223372036854775807', keys: 1 }])
  await append(['next'])
  await relay.work()
  await relay.drained()
  expect([await effects(), await effectsTwice(), await pending()]).toEqual([2, 0, 0])
  const file = () => postgres.query(`select pg_relation_filenode('outbox_event') as now`)
  const before = await file()
  await prepareAgain()
  expect(await file()).toEqual(before)
})
