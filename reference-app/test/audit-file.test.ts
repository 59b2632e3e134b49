import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { count } from './support/invariants.ts'
import { say } from './support/pair.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { scratchFolder } from './support/scratch.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let redis: RedisServer
let folder: { path: string; remove(): void }
let file: string

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
})

beforeEach(() => {
  folder = scratchFolder()
  file = join(folder.path, 'audit.jsonl')
})

afterAll(async () => {
  await Promise.all([postgres.remove(), redis.remove()])
})

/** Kills itself at the only step in which the audit's file is put aside. */
const KILLED = `import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
const rename = fs.rename
fs.rename = async (from, to) => {
  if (from !== process.env.AUDIT_FILE) return await rename(from, to)
  if (process.env.KILLED === 'after') await rename(from, to)
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
}
syncBuiltinESMExports()
`

async function start(killed?: 'before' | 'after'): Promise<Api> {
  const preload = join(folder.path, 'killed.mjs')
  writeFileSync(preload, KILLED)
  const dies: Record<string, string> =
    killed === undefined ? {} : { KILLED: killed, NODE_OPTIONS: `--import ${preload}` }
  const env = { AUDIT_FILE: file, ...dies }
  return await Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, instance: 'api-f', env })
}

const entry = (action: string, after: unknown) => ({
  id: randomUUID(),
  at: '2026-01-01T00:00:00.000Z',
  actor: 'tester',
  role: 'operator',
  instance: 'api-f',
  action,
  before: null,
  after,
})
const write = (path: string, entries: object[]) =>
  writeFileSync(path, entries.map((each) => `${JSON.stringify(each)}\n`).join(''))
const record = (entries: object[]) =>
  postgres.query(`insert into operations_audit (id, at, actor, role, instance, action, before, after)
    select id, at, actor, role, instance, action, before, after from jsonb_to_recordset('${JSON.stringify(entries)}')
      as entry (id uuid, at timestamptz, actor text, role text, instance text, action text, before jsonb, after jsonb)`)
/** More than a megabyte, all of it on record. */
async function fullFile(): Promise<void> {
  const entries = Array.from({ length: 1_100 }, () => entry('test', 'x'.repeat(800)))
  await record(entries)
  write(file, entries)
}
const messages = (path: string) =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .filter((line) => line.includes('"banner"'))
    .map((line) => (JSON.parse(line) as { after: unknown }).after)
const recorded = (action: string, after: string) =>
  count(postgres, `select from operations_audit where action = '${action}' and after = '"${after}"'`)

test.each(['before', 'after'] as const)(
  'a full file is put aside once Postgres holds its lines; killed %s that, no line is lost, and the next process goes on',
  async (killed) => {
    await fullFile()
    write(`${file}.1`, [entry('test', `${killed}, of a dead process`)]) // and on no record
    const aside = readFileSync(`${file}.1`, 'utf8')

    await postgres.stop()
    const api = await start(killed)
    await say(api, killed)
    expect(readFileSync(`${file}.1`, 'utf8')).toBe(aside) // while Postgres knows nothing of it
    expect(messages(file)).toEqual([killed])
    await postgres.restart()
    await until('it is killed', () => !api.child.running)
    expect(api.child.process.signalCode).toBe('SIGKILL')
    expect(messages(killed === 'before' ? file : `${file}.1`)).toEqual([killed])
    expect([await recorded('banner', killed), await recorded('test', `${killed}, of a dead process`)]).toEqual([1, 1])

    const next = await start()
    await until('it is put aside', () => !existsSync(file))
    expect(messages(`${file}.1`)).toEqual([killed])
    expect(next.logs('operator.change_recovered')).toEqual([])
    await say(next, `${killed}, and on`)
    expect([messages(file), statSync(file).mode & 0o777]).toEqual([[`${killed}, and on`], 0o600])
    await next.kill()
  },
  90_000,
)

test('a line after one that a crash cut off stands alone', async () => {
  writeFileSync(file, '{"id":"cut o')
  const api = await start()
  await say(api, 'whole')
  await api.kill()
  expect(messages(file)).toEqual(['whole'])
})
