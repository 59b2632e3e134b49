import { describe, expect, test } from '@jest/globals'
import { banner, put, type State, say, shows } from './support/pair.ts'
import { a, b, pair, sharePair } from './support/shared-pair.ts'
import { until } from './support/until.ts'

sharePair()

describe('without Postgres', () => {
  const faults = [
    { fault: 'stopped', begin: () => pair.postgres.stop(), end: () => pair.postgres.restart() },
    {
      fault: 'hung',
      begin: async () => pair.postgres.hang(),
      end: async () => pair.postgres.resume(),
    },
  ]

  test.each(faults)('($fault) a change holds here within 2.5 s, says so, and is told when it is back', async (each) => {
    const before = (await pair.rows('banner')).length
    await each.begin()
    const message = `while ${each.fault}`
    const reply = await say(a, message)
    expect([reply.status, reply.body]).toEqual([200, expect.objectContaining({ pending: ['banner'] })])
    expect(reply.durationMs).toBeLessThan(2_500)
    expect((await a.call('/api/v1/banner')).body).toEqual({ message })
    expect(a.audit.at(-1)).toMatchObject({ action: 'banner', after: message })
    const logged = (event: string) => until('it is logged', () => a.logs(event).find(({ after }) => after === message))
    expect(await logged('operator.change_pending')).toMatchObject({ setting: 'banner' })
    await each.end()
    await shows(b, message, 10_000)
    await pair.agreed()
    expect(await logged('operator.change_reconciled')).toMatchObject({ setting: 'banner', verdict: 'written' })
    expect((await pair.rows('banner')).slice(before)).toEqual([
      expect.objectContaining({ instance: 'api-a', after: message }),
    ])
  })

  test('the same command to every instance is one change afterwards, too', async () => {
    const before = (await pair.rows('banner')).length
    await pair.postgres.stop()
    await Promise.all([say(a, 'everywhere'), say(b, 'everywhere')])
    await pair.postgres.restart()
    await pair.agreed()
    expect((await pair.rows('banner')).length).toBe(before + 1)
    expect([await banner(a), await banner(b)]).toEqual(['everywhere', 'everywhere'])
  })

  test('a newer change by somebody else wins over one that was held, and the log says what happened', async () => {
    pair.postgres.hang()
    await say(a, 'held at a')
    a.child.signal('SIGSTOP') // so that b is the first to reach Postgres
    pair.postgres.resume()
    await until('b has written', async () => {
      const { pending } = (await say(b, 'newer at b')).body as State
      return pending.length === 0
    })
    a.child.signal('SIGCONT')
    await shows(a, 'newer at b')
    await pair.agreed()
    const overruled = await until('it is logged', () => a.logs('operator.change_overruled').at(-1))
    expect(overruled).toMatchObject({
      setting: 'banner',
      lost: { value: 'held at a' },
      won: { value: 'newer at b', instance: 'api-b' },
    })
    expect((await pair.rows('banner.overruled')).at(-1)).toMatchObject({ before: 'held at a', after: 'newer at b' })
    expect(await banner(b)).toBe('newer at b')
  })

  test('an instance starts with what it has, and takes the state when Postgres is back', async () => {
    await say(a, 'to be found')
    pair.postgres.hang()
    const c = await pair.third()
    expect((await c.call('/api/v1/banner')).status).toBe(204)
    pair.postgres.resume()
    await shows(c, 'to be found', 10_000)
    await c.stop()
  })
})

test('an exhausted pool does not lock the operator out', async () => {
  const blocker = await pair.postgres.connect()
  await blocker.query('begin; lock table concert, schedule, seat in access exclusive mode')
  await put(a, '/cache/bypass', { bypass: true })
  await put(a, '/protection', { enabled: false }) // each reader with a query of its own
  const headers = { 'queue-token': await a.join() }
  const stuck = Array.from({ length: 60 }, () => a.call('/api/v1/concerts', { headers }))
  await until(
    'everybody waits for a connection',
    async () => (await a.metric('db_client_connection_pending_requests')) > 20,
  )
  const reply = await say(a, 'we know')
  expect([reply.status, (reply.body as State).pending]).toEqual([200, []])
  expect(reply.durationMs).toBeLessThan(1_800) // the pool gives up after two seconds
  expect((await a.ops('GET', '/audit?limit=1')).body).toMatchObject([{ action: 'banner', after: 'we know' }])
  await shows(b, 'we know')
  await blocker.query('rollback')
  await blocker.end()
  await Promise.all(stuck)
  await put(a, '/protection', { enabled: true })
})
