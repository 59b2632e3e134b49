import { createLogger, createRegistry, type MetricsRegistry, readMetrics } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import { ReplicaEvents } from '../src/platform/database/replica-events.ts'
import type { Statement } from '../src/platform/database/statement.ts'
import { caughtUp, Postgres, startReplica } from './support/postgres.ts'
import { TcpProxy } from './support/tcp-proxy.ts'
import { until } from './support/until.ts'

let primary: Postgres
let replica: Postgres
let registry: MetricsRegistry
let lines: Record<string, unknown>[]
let database: Database

beforeAll(async () => {
  primary = await Postgres.start()
  await primary.query('create table note (text text not null)')
  replica = await startReplica(primary)
})

beforeEach(async () => {
  await primary.query('truncate note')
  await caughtUp(primary, replica)
  registry = createRegistry({ service: 'test' })
  lines = []
  database = databaseOf(replica.url, registry)
  await until('the replica is fit', () => database.replicaUsable)
  database.setReads('replica')
})

afterEach(async () => {
  await database.close()
})

afterAll(async () => {
  await replica.remove()
  await primary.remove()
})

function databaseOf(url: string, registry: MetricsRegistry): Database {
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', registry, destination })
  return new Database({
    url: primary.url,
    applicationName: 'test',
    registry,
    onIdleError: () => undefined,
    replica: { url, events: new ReplicaEvents(readMetrics(registry), logger) },
  })
}

const NOTES: Statement = {
  name: 'notes',
  operation: 'SELECT',
  collection: 'note',
  text: 'select count(*)::int as notes from note',
}
const WHERE: Statement = {
  name: 'where',
  operation: 'SELECT',
  collection: 'note',
  text: 'select pg_is_in_recovery() as "isReplica"',
}
/** Who answered: the server itself says so. */
const readFrom = async () => {
  const [row] = await database.read<{ isReplica: boolean }>(WHERE)
  return row?.isReplica ? 'replica' : 'primary'
}
const value = async (name: string, labels: Record<string, string> = {}, of: MetricsRegistry = registry) => {
  await of.metrics() // some are read only at a scrape
  const metric = await of.getSingleMetric(name)?.get()
  return metric?.values.find(({ labels: of }) => Object.entries(labels).every(([key, is]) => of[key] === is))?.value
}
const write = () => primary.query(`insert into note values ('new')`)
/** It keeps what it has; how it received more. */
async function cut(replica: Postgres): Promise<string> {
  const [stream] = await replica.query<{ primary_conninfo: string }>('show primary_conninfo')
  await mend(replica, '')
  const receivers = async () => (await replica.query('select from pg_stat_wal_receiver')).length
  await until('the stream has ended', async () => (await receivers()) === 0)
  return stream?.primary_conninfo ?? ''
}
async function mend(replica: Postgres, stream: string): Promise<void> {
  await replica.query(`alter system set primary_conninfo = '${stream.replaceAll("'", "''")}'`)
  await replica.query('select pg_reload_conf()')
}
/** In the order in which they were logged: why the replica was not fit, or that it is. */
const changes = () => lines.map(({ event, reason }) => reason ?? event)
const fellBack = (withinMs?: number) =>
  until('the primary stands in', async () => (await readFrom()) === 'primary', withinMs)
const returned = () => until('the replica is read again', async () => (await readFrom()) === 'replica')

test('reads go where they are set to, at once; a query goes to the primary all the same', async () => {
  expect(await readFrom()).toBe('replica')
  expect(await database.query(WHERE)).toEqual([{ isReplica: false }])
  database.setReads('primary')
  expect(await readFrom()).toBe('primary')
  expect([database.reads, database.replicaUsable]).toEqual(['primary', true])
  const counts = ['primary', 'replica', 'fallback'].map((source) => value('db_client_reads_total', { source }))
  expect(await Promise.all(counts)).toEqual([1, 1, 0])
  const pools = await Promise.all(
    ['primary', 'replica'].map((db_client_connection_pool_name) =>
      value('db_client_connection_max', { db_client_connection_pool_name }),
    ),
  )
  expect(pools).toEqual([10, 10])
})

test('a replica that has everything does not lag, although nothing was written for a while', async () => {
  const checks = async () =>
    (
      await primary.query<{ n: string }>(
        `select query_start::text as n from pg_stat_activity where application_name = 'test/operations'`,
      )
    )[0]?.n
  for (let i = 0; i < 3; i += 1) {
    const before = await checks()
    await until('it was checked again', async () => (await checks()) !== before)
  }
  expect(await value('db_replica_lag_seconds')).toBeLessThan(1)
  expect(await readFrom()).toBe('replica')
  expect(changes()).toEqual(['database.replica_fit'])
})

test('above five seconds of lag the primary is read, and the replica again once it has caught up', async () => {
  await replica.query('select pg_wal_replay_pause()')
  await write()
  const startedAt = performance.now()
  expect(await readFrom()).toBe('replica')
  await fellBack(9_000)
  expect(performance.now() - startedAt).toBeGreaterThan(4_500)
  expect(await value('db_replica_lag_seconds')).toBeGreaterThan(5)
  expect(await value('db_replica_usable')).toBe(0)
  expect(await value('db_client_reads_total', { source: 'fallback' })).toBeGreaterThan(0)
  expect(database.reads).toBe('replica')

  await replica.query('select pg_wal_replay_resume()')
  await returned()
  expect(await value('db_replica_lag_seconds')).toBeLessThan(1)
  expect(changes()).toEqual(['database.replica_fit', 'lagging', 'database.replica_fit'])
})

test('a replica that comes back without what it had is not read, although the primary writes nothing more', async () => {
  const old = await startReplica(primary)
  const proxy = await TcpProxy.start(replica.port)
  const stream = await cut(old)
  await write()
  await caughtUp(primary, replica)
  const own = createRegistry({ service: 'test' })
  const through = databaseOf(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`, own)
  const notes = async () => (await through.read<{ notes: number }>(NOTES))[0]?.notes
  try {
    through.setReads('replica')
    await until('the replica is fit', () => through.replicaUsable)
    expect(await notes()).toBe(1)
    proxy.lead(old.port)
    await until('it is seen to lag', async () => Number(await value('db_replica_lag_seconds', {}, own)) > 0)
    const lag = Number(await value('db_replica_lag_seconds', {}, own))
    await until(
      'it was checked often enough to be taken again', // three times
      async () => Number(await value('db_replica_lag_seconds', {}, own)) > lag + 3,
    )
    expect([through.replicaUsable, await notes()]).toEqual([false, 1])
    await mend(old, stream)
    await until('it has caught up', () => through.replicaUsable)
    expect(await notes()).toBe(1)
  } finally {
    await through.close()
    await proxy.close()
    await old.remove()
  }
})

test('a replica that is old when an instance starts is not read, although the primary writes nothing more', async () => {
  const stream = await cut(replica)
  await write()
  const own = createRegistry({ service: 'test' })
  const late = databaseOf(replica.url, own)
  await until('it was checked', () => own.getSingleMetric('db_replica_usable'))
  expect([late.replicaUsable, await value('db_replica_usable', {}, own)]).toEqual([false, 0])
  await mend(replica, stream)
  await until('it has caught up', () => late.replicaUsable)
  await late.close()
})

test('a replica whose stream broke lags from the next write on, although it answers and has replayed all it got', async () => {
  const stream = await cut(replica)
  await write()
  await fellBack(9_000)
  expect(changes().at(-1)).toBe('lagging')
  await mend(replica, stream)
  await returned()
})

test('no read fails when the replica stops; it is used again when it is back and has been good for three checks', async () => {
  await readFrom()
  await replica.stop()
  for (let i = 0; i < 20; i += 1) expect(await readFrom()).toBe('primary')
  expect(['unreachable', 'read_failed']).toContain(changes().at(-1))
  await replica.restart()
  const startedAt = performance.now()
  await returned()
  expect(performance.now() - startedAt).toBeGreaterThan(1_500)
})

test('a replica that hangs costs a few readers little more than a second, and then nobody anything', async () => {
  await readFrom()
  replica.hang()
  try {
    const startedAt = performance.now()
    const first = await Promise.all(Array.from({ length: 5 }, readFrom))
    const waited = performance.now() - startedAt
    expect(new Set(first)).toEqual(new Set(['primary']))
    expect(waited).toBeLessThan(2_000)
    const later = performance.now()
    await Promise.all(Array.from({ length: 20 }, readFrom))
    expect(performance.now() - later).toBeLessThan(500)
  } finally {
    replica.resume()
  }
  await returned()
})

test('reads go on from the replica while the primary is stopped', async () => {
  await readFrom()
  await primary.stop()
  try {
    await expect(database.query(WHERE)).rejects.toThrow('the database is unavailable')
    for (let i = 0; i < 10; i += 1) expect(await readFrom()).toBe('replica')
  } finally {
    await primary.restart()
  }
})

test('a statement that the replica ends in favour of its replay is answered by the primary, and that is no trouble', async () => {
  await primary.query(`create or replace function conflict() returns boolean language plpgsql as
    $$ begin if pg_is_in_recovery() then raise exception using errcode = '40001'; end if; return true; end $$`)
  await caughtUp(primary, replica)
  const conflicting: Statement = { ...WHERE, name: 'conflict', text: 'select conflict() as fine' }
  expect(await database.read(conflicting)).toEqual([{ fine: true }])
  expect(await readFrom()).toBe('replica')
  const complaint = database.read({ ...WHERE, name: 'wrong', text: 'select 1 / 0' })
  await expect(complaint).rejects.toMatchObject({ code: '22012' })
  expect(changes()).toEqual(['database.replica_fit'])
})

test('a server that is no replica is never read from, and without one reads cannot be set to it', async () => {
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', registry })
  const own = createRegistry({ service: 'test' })
  const options = { url: primary.url, applicationName: 'other', registry: own, onIdleError: () => undefined }
  const events = new ReplicaEvents(readMetrics(own), logger)
  const wrong = new Database({ ...options, replica: { url: primary.url, events } })
  wrong.setReads('replica')
  await until('it was checked', () => own.getSingleMetric('db_replica_usable'))
  expect(wrong.replicaUsable).toBe(false)
  await wrong.close()

  const alone = new Database({ ...options, registry: createRegistry({ service: 'test' }) })
  expect(() => alone.setReads('replica')).toThrow(expect.objectContaining({ code: 'replica_not_configured' }))
  await alone.close()
})
