import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { Pair, put, type State, say, shows, state } from './support/pair.ts'
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

describe('with Postgres still away at the next start', () => {
  test('what was pending is in force and shown as such, what Postgres had taken is in force, too, and all is told when it is back', async () => {
    await say(pair.a, 'older')
    const c = await start()
    expect((await put(c, '/cache/bypass', { bypass: true })).body).toMatchObject({
      pending: [],
    } satisfies Partial<State>)
    await pair.postgres.stop()
    for (const message of ['on the way', 'while away']) await say(c, message)
    await c.child.stop('SIGKILL')

    const again = await start()
    const held = { pending: ['banner'], banner: { message: 'while away' }, cache: { source: 'primary', bypass: true } }
    expect(await state(again)).toMatchObject(held satisfies Partial<State>)
    expect((await again.call('/api/v1/banner')).body).toEqual({ message: 'while away' })
    await again.child.stop('SIGKILL')
    const third = await start()
    expect(await state(third)).toMatchObject(held satisfies Partial<State>)

    await pair.postgres.restart()
    await shows(pair.a, 'while away', 10_000)
    for (const each of ['on the way', 'while away']) {
      await until(`${each} is on record`, async () => (await onRecord(each)).length === 1)
    }
    await until('nothing is pending', async () => {
      const { pending, cache } = await state(third)
      return pending.length === 0 && cache.bypass
    })
    await until('it is logged', () => third.logs('operator.change_reconciled').length > 0)
    expect(third.logs('operator.change_reconciled')).toMatchObject([{ setting: 'banner', verdict: 'written' }])
    await put(third, '/cache/bypass', { bypass: false })
    await third.kill()
  })

  test('it is given up when somebody else was newer, and log and audit say so', async () => {
    await dieWithChanges('too late')
    const again = await start()
    expect((await state(again)).banner).toEqual({ message: 'too late' })
    await say(pair.a, 'newer') // held by a, which reaches Postgres first
    again.child.signal('SIGSTOP')
    await pair.postgres.restart()
    await until('a has written', async () => (await state(pair.a)).pending.length === 0)
    again.child.signal('SIGCONT')
    await until('it is on record', async () => (await onRecord('too late')).length === 1)
    await shows(again, 'newer', 10_000)
    await shows(pair.b, 'newer', 10_000)
    await until('it is logged', () => again.logs('operator.change_overruled').length > 0)
    expect(again.logs('operator.change_overruled')).toMatchObject([
      { setting: 'banner', lost: { value: 'too late' }, won: { value: 'newer', instance: 'api-a' } },
    ])
    expect((await pair.rows('banner.overruled')).at(-1)).toMatchObject({ before: 'too late', after: 'newer' })
    await again.kill()
  })

  test('a change that is made then is not overruled by an older one that the instance has not seen', async () => {
    await say(pair.a, 'of yesterday')
    await pair.postgres.stop()
    const c = await start()
    await say(c, 'of today')
    await pair.postgres.restart()
    await shows(pair.a, 'of today', 10_000)
    await c.kill()
  })
})
