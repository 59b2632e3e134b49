import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { Pair, type State, say, shows, state } from './support/pair.ts'
import { scratchFolder } from './support/scratch.ts'
import { until } from './support/until.ts'

let pair: Pair
let folder: { path: string; remove(): void }

beforeAll(async () => {
  pair = await Pair.start()
})

beforeEach(() => {
  folder = scratchFolder()
})

afterAll(async () => {
  await pair.remove()
})

/** An instance whose audit file outlives it. */
const start = () =>
  Api.start({
    databaseUrl: pair.postgres.url,
    primaryUrl: pair.redis.url,
    standbyUrl: pair.standby.url,
    instance: 'api-c',
    env: { AUDIT_FILE: join(folder.path, 'audit.jsonl') },
  })

/** Two changes that only the instance knows, which then dies. */
async function dieWithChanges(...messages: string[]): Promise<void> {
  const c = await start()
  await pair.postgres.stop()
  for (const message of messages) {
    expect((await say(c, message)).body).toMatchObject({ pending: ['banner'] } satisfies Partial<State>)
  }
  await c.child.stop('SIGKILL')
}

const onRecord = async (after: string) => (await pair.rows('banner')).filter((row) => row.after === after)

test('a change that was pending when its process was killed is taken up by the next one, for everybody, once', async () => {
  await dieWithChanges('first thought', 'second thought')
  await pair.postgres.restart()
  const again = await start()
  await shows(pair.a, 'second thought', 10_000)
  await until('it knows that this is written', async () => (await state(again)).pending.length === 0)
  expect(again.logs('operator.change_recovered')).toEqual([
    expect.objectContaining({ setting: 'banner', after: 'second thought', again: true }),
  ])
  for (const each of ['first thought', 'second thought']) {
    await until(`${each} is on record`, async () => (await onRecord(each)).length === 1)
  }
  await again.child.stop('SIGKILL')
  const third = await start()
  expect(third.logs('operator.change_recovered')).toEqual([])
  expect(await onRecord('second thought')).toHaveLength(1)
  await third.kill()
})

test('also when Postgres is away at the next start, and not when somebody else was newer', async () => {
  await dieWithChanges('too late')
  const again = await start()
  expect(again.logs('operator.change_recovered')).toEqual([])
  await say(pair.a, 'newer') // held by a, which reaches Postgres first
  again.child.signal('SIGSTOP')
  await pair.postgres.restart()
  await until('a has written', async () => (await state(pair.a)).pending.length === 0)
  again.child.signal('SIGCONT')
  await until('it is on record', async () => (await onRecord('too late')).length === 1)
  await shows(again, 'newer', 10_000)
  expect((await state(pair.b)).banner).toEqual({ message: 'newer' })
  expect(again.logs('operator.change_recovered')).toEqual([
    expect.objectContaining({ setting: 'banner', after: 'too late', again: false }),
  ])
  await again.kill()
})
