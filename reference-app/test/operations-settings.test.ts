import { describe, expect, test } from '@jest/globals'
import { put, say, shows, state } from './support/pair.ts'
import { RedisServer } from './support/redis.ts'
import { a, b, pair, sharePair } from './support/shared-pair.ts'
import { until } from './support/until.ts'

sharePair()

describe('a change at one instance', () => {
  test('reaches the other by announcement, well before the next poll', async () => {
    for (const message of ['one', 'two', 'three']) {
      await say(a, message)
      await shows(b, message, 1_500) // polls are two seconds apart: not all three can come just in time
    }
  })

  test('reaches the other by polling when it was not announced', async () => {
    await pair.postgres.query(`update operations_desired set version = version + 1, settings = settings || jsonb_build_object(
      'banner', jsonb_build_object('value', 'by hand', 'version', version + 1, 'change', gen_random_uuid(),
        'actor', 'jane', 'instance', 'psql', 'at', now()))`)
    await Promise.all([shows(a, 'by hand'), shows(b, 'by hand')])
  })

  test('reaches the other when the connections that listen were cut', async () => {
    await pair.postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%/notifications'",
    )
    await say(a, 'after the cut')
    await shows(b, 'after the cut')
  })

  test('reaches the other, and its own rows, when the reserved connections were cut', async () => {
    await pair.postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%/operations'",
    )
    await say(a, 'again')
    await shows(b, 'again')
    await pair.agreed()
    expect((await pair.rows('banner')).at(-1)).toMatchObject({ instance: 'api-a', after: 'again' })
  })

  test('sent to every instance is one change: one version, one row', async () => {
    const [{ desired }, before] = [await state(a), (await pair.rows('cache.bypass')).length]
    await Promise.all([a, b].map((api) => put(api, '/cache/bypass', { bypass: true })))
    await put(b, '/cache/bypass', { bypass: true })
    await pair.agreed()
    expect((await state(a)).desired.version).toBe(desired.version + 1)
    expect((await pair.rows('cache.bypass')).length).toBe(before + 1)
  })

  test('does not undo what another instance changes at the same moment', async () => {
    for (let round = 1; round <= 15; round += 1) {
      const { desired } = await state(a)
      await Promise.all([say(a, `round ${round}`), put(b, '/cache/bypass', { bypass: round % 2 === 1 })])
      await pair.agreed()
      const [one, other] = await Promise.all([state(a), state(b)])
      for (const { banner, cache, desired: now } of [one, other]) {
        expect([banner?.message, cache.bypass]).toEqual([`round ${round}`, round % 2 === 1])
        expect(now.version).toBe(desired.version + 2)
      }
    }
  })

  test('is on record though another one at the same instance takes its place at the same moment', async () => {
    const messages = Array.from({ length: 5 }, (_, index) => `at once ${index}`)
    await Promise.all(messages.map((message) => say(a, message)))
    await pair.agreed()
    await until('all are rows', async () => {
      const rows = await pair.rows('banner')
      return messages.every((message) => rows.filter(({ after }) => after === message).length === 1)
    })
  })

  test('that the instance refuses changes nothing anywhere', async () => {
    await pair.standby.use((client) => client.replicaof('127.0.0.1', pair.redis.port))
    const { desired } = await state(a)
    expect((await put(a, '/cache/source', { source: 'standby' })).body).toMatchObject({ code: 'cache_read_only' })
    await pair.standby.use((client) => client.replicaof('NO', 'ONE'))
    const [one, other] = await Promise.all([state(a), state(b)])
    for (const { cache, desired: now } of [one, other]) expect([cache.source, now]).toEqual(['primary', desired])
    expect(one.pending).toEqual([])
  })

  test('that another cannot follow is shown there and tried again until it can', async () => {
    const far = await RedisServer.start()
    const c = await pair.third(far.url)
    await far.stop()
    expect((await put(a, '/cache/source', { source: 'standby' })).status).toBe(200)
    await until('it says that it cannot', async () => 'cache.source' in (await state(c)).failed)
    expect((await state(c)).cache.source).toBe('primary')
    await until('its log says why', async () => c.logs('operator.apply_failed').length > 0)
    await far.restart()
    await until('it follows', async () => (await state(c)).cache.source === 'standby')
    expect((await state(c)).failed).toEqual({})
    expect(c.logs('operator.apply_failed')).toHaveLength(1)
    await c.stop()
    await far.remove()
  })

  test('is taken by an instance that was killed, before it says that it has started', async () => {
    await say(a, 'still there')
    const c = await pair.third()
    await c.child.stop('SIGKILL')
    await say(a, 'newer')
    const again = await pair.third()
    expect((await again.call('/api/v1/banner')).body).toEqual({ message: 'newer' })
    await again.stop()
  })
})
