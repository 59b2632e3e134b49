import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { count } from './support/invariants.ts'
import { say } from './support/pair.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { scratchFolder } from './support/scratch.ts'

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

const start = () =>
  Api.start({
    databaseUrl: postgres.url,
    primaryUrl: redis.url,
    instance: 'api-f',
    env: { AUDIT_FILE: file },
  })

const messages = (path: string) =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .filter((line) => line.includes('"banner"'))
    .map((line) => (JSON.parse(line) as { after: unknown }).after)

test('a file that is renamed, as logrotate does, is followed by a new one; no line is lost, and no change is taken up again', async () => {
  const api = await start()
  await say(api, 'before')
  renameSync(file, `${file}.1`)
  await say(api, 'after')
  expect([messages(`${file}.1`), messages(file)]).toEqual([['before'], ['after']])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await count(postgres, `select from operations_audit where action = 'banner'`)).toBe(2)
  await api.kill()
  const next = await start()
  expect(next.logs('operator.change_recovered')).toEqual([])
  await next.kill()
})

test('a line after one that a crash cut off stands alone', async () => {
  writeFileSync(file, '{"id":"cut o')
  const api = await start()
  await say(api, 'whole')
  await api.kill()
  expect(messages(file)).toEqual(['whole'])
})
