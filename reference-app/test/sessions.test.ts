import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { maskStatement } from '../src/platform/database/mask-statement.ts'
import { ReservedConnection } from '../src/platform/database/reserved-connection.ts'
import { endSession } from '../src/platform/database/session-controls.ts'
import { type Session, SessionStore } from '../src/platform/database/session-store.ts'
import { Postgres, startReplica } from './support/postgres.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let reserved: ReservedConnection
let sessions: SessionStore
const clients: Client[] = []

beforeAll(async () => {
  postgres = await Postgres.start()
  await postgres.query('create table purse (owner text, amount integer)')
  await postgres.query(`insert into purse values ('kim', 5)`)
  await postgres.query('create role guest login')
  await postgres.query('create database other')
  reserved = new ReservedConnection({ url: postgres.url, applicationName: 'api-1' })
  sessions = new SessionStore(reserved)
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined))) // it was ended
})

afterAll(async () => {
  await reserved.close()
  await postgres.remove()
})

async function session(application_name: string, url = postgres.url): Promise<{ client: Client; pid: number }> {
  const client = new Client({ connectionString: url, application_name })
  client.on('error', () => undefined) // it is ended by the test
  await client.connect()
  clients.push(client)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return { client, pid: rows[0]?.pid ?? 0 }
}
const listed = async (pid: number): Promise<Session | undefined> =>
  (await sessions.list()).find((each) => each.pid === pid)
const alive = async (pid: number) =>
  (await postgres.query(`select from pg_stat_activity where pid = ${pid}`)).length === 1

/** Above every process's id (pid_max is at most 4,194,304): found in a listing they can be nothing but the values. */
const [FIRST_AMOUNT, SECOND_AMOUNT] = [77_000_077, 88_000_088]

test('each session is listed with what it does, what it waits for and who is in its way, and without any value', async () => {
  const holder = await session('holder')
  await holder.client.query('begin')
  await holder.client.query(`update purse set amount = ${FIRST_AMOUNT} where owner = 'kim'`)
  const waiter = await session('waiter')
  const waiting = waiter.client
    .query(`update purse set amount = ${SECOND_AMOUNT} where owner = 'kim'`)
    .catch(() => undefined)
  const waits = await until('it waits', async () => {
    const found = await listed(waiter.pid)
    return found?.waitingFor?.startsWith('Lock:') ? found : undefined // it may wait for the disk first
  })
  expect(waits).toMatchObject({
    application: 'waiter',
    state: 'active',
    waitingFor: 'Lock:transactionid',
    blockedBy: [holder.pid],
    statement: 'update purse set amount = ? where owner = ?',
    reserved: false,
  })
  expect(await listed(holder.pid)).toMatchObject({
    application: 'holder',
    state: 'idle in transaction',
    waitingFor: null,
    blockedBy: [],
    connectedSeconds: expect.any(Number),
    transactionSeconds: expect.any(Number),
  })
  const text = JSON.stringify(await sessions.list())
  for (const value of ['kim', FIRST_AMOUNT, SECOND_AMOUNT]) expect(text).not.toContain(String(value))

  expect(await endSession(sessions, holder.pid)).toEqual({ pid: holder.pid, ended: true })
  expect(await alive(holder.pid)).toBe(false)
  await waiting
  expect(await postgres.query('select amount from purse')).toEqual([{ amount: SECOND_AMOUNT }])
})

test('the plane does not end its own connection, nor that of another instance', async () => {
  const [own] = await reserved.query<{ pid: number }>('select pg_backend_pid() as pid')
  const other = await session('api-2/operations')
  expect(await listed(other.pid)).toMatchObject({ reserved: true })
  for (const pid of [own?.pid ?? 0, other.pid]) {
    await expect(endSession(sessions, pid)).rejects.toMatchObject({ code: 'session_protected' })
    expect(await alive(pid)).toBe(true)
  }
})

test('sessions of another database, of another role, of replication and of the server itself are left alone', async () => {
  const replica = await startReplica(postgres)
  const elsewhere = await session('elsewhere', postgres.url.replace(/postgres$/, 'other'))
  const guest = await session('guest', postgres.url.replace('postgres@', 'guest@'))
  const others = await until('the checkpointer and the sender of the stream are there', async () => {
    const found = await postgres.query<{ pid: number; what: string }>(
      `select pid, backend_type as what from pg_stat_activity where backend_type in ('walsender', 'checkpointer') order by what`,
    )
    return found.map(({ what }) => what).join() === 'checkpointer,walsender' && found
  })
  for (const pid of [elsewhere.pid, guest.pid, ...others.map((other) => other.pid)]) {
    await expect(endSession(sessions, pid)).rejects.toMatchObject({ code: 'session_protected' })
    expect(await alive(pid)).toBe(true)
  }
  expect(await listed(elsewhere.pid)).toBeUndefined()
  await replica.remove()
})

test('a pid that nobody has is not found, also when a process outside of Postgres has it', async () => {
  for (const pid of [2_147_483_647, process.pid]) {
    await expect(endSession(sessions, pid)).rejects.toMatchObject({ code: 'session_not_found' })
  }
})

test.each([
  [`select 1, 2.5e10, .5, $1, t1.c2`, 'select ?, ?, ?, $1, t1.c2'],
  [`where name = 'O''Brien' and x = 'y'`, 'where name = ? and x = ?'],
  [`where a = 'back\\' and b = 'secret'`, 'where a = ? and b = ?'],
  [`where a = E'it\\'s secret' and b = e'x'`, 'where a = ? and b = ?'],
  [`do $$ secret $$; do $x$ secret $$ more $x$`, 'do ?; do ?'],
  [`select "It's" from t where a = 'secret`, `select "It's" from t where a = ?`],
  [`select a -- it's\n, 'secret' /* don't */ from t`, 'select a , ? from t'],
  [`select 0xFFsecret, 1_000`, 'select ?, ?'],
])('masked: %s', (text, masked) => {
  expect(maskStatement(text)).toBe(masked)
})

test('a long statement is cut', () => {
  expect(maskStatement(`select ${'column_name, '.repeat(100)}1`)).toHaveLength(201)
})
