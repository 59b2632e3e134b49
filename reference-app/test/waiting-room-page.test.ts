import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { codeOf } from './support/buyer.ts'
import { loot, TOKEN_ATTACKS } from './support/token-attacks.ts'
import { until } from './support/until.ts'
import { placeOf, WaitingStack } from './support/waiting-stack.ts'

let stack: WaitingStack

beforeAll(async () => {
  stack = await WaitingStack.start({ WAITING_ROOM_CAPACITY: '4' })
})

afterAll(async () => {
  await stack.remove()
})

/** As a browser without scripts would: form, cookie, page. */
async function visit(api: Api, cookie = ''): Promise<{ status: number; text: string; headers: Headers }> {
  const { status, body, headers } = await api.call('/waiting-room', { headers: { cookie } })
  return { status, text: String(body), headers }
}

async function enter(api: Api, userId: string): Promise<Response> {
  return await fetch(`${api.url}/waiting-room`, {
    method: 'POST',
    body: new URLSearchParams({ userId }),
    redirect: 'manual',
  })
}

describe('the gate', () => {
  test('opens for none of the attacks, holds no seat for any, counts each, and opens for the genuine token', async () => {
    const join = async (userId: number) => placeOf(await stack.join(userId)).token
    const stolen = await loot(100, join, (userId, token) => stack.leave(userId, token))
    const before = await stack.metric('waiting_room_rejected_total')
    const answers: Record<string, string> = {}
    for (const [name, attack] of Object.entries(TOKEN_ATTACKS)) {
      answers[name] = codeOf(await stack.reserve(100, attack(stolen), 1))
    }
    const invalid = '403 queue_token_invalid'
    expect(answers).toEqual({
      'no token': '401 queue_token_missing',
      'a signature of which one character was changed': invalid,
      'signed with another secret': invalid,
      'the signature of another user': invalid,
      'the token of another user': '403 queue_token_of_another',
      'a longer life under the old signature': invalid,
      truncated: invalid,
      'padded base64': invalid,
      'a JSON web token that asks for no algorithm': invalid,
      'another algorithm with the right secret': invalid,
      'signed for another purpose': invalid,
      huge: invalid,
      'expired, though well signed': '401 queue_token_expired',
      'of a stay that the user has left': '403 queue_not_admitted',
      'well signed, of a stay that never was': '403 queue_not_admitted',
      'issued while there was no waiting room': '403 queue_not_admitted',
    })
    expect(await stack.metric('waiting_room_rejected_total')).toBe(before + Object.keys(TOKEN_ATTACKS).length)
    expect(await stack.postgres.query('select from reservation')).toEqual([])
    expect((await stack.reserve(100, stolen.genuine, 1)).status).toBe(200)
  })

  test('asking for a place and leaving it needs the token of that place', async () => {
    const { token } = placeOf(await stack.join(200))
    const path = '/api/v1/queue/users/201'
    for (const method of ['GET', 'DELETE']) {
      const reply = await stack.apis[0].call(path, { method, headers: { 'queue-token': token } })
      expect(codeOf(reply)).toBe('403 queue_token_of_another')
    }
    expect(codeOf(await stack.apis[0].call('/api/v1/queue/users/200'))).toBe('401 queue_token_missing')
    expect((await stack.status(200, token)).status).toBe(200)
  })
})

describe('the page', () => {
  test('lets a person join with a form, shows the place, asks again by itself, and says when it is time', async () => {
    for (const userId of [301, 302, 303, 304]) await stack.join(userId)
    const [api] = stack.apis
    const entrance = await visit(api)
    expect(entrance.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(entrance.text).toContain('<form method="post" action="/waiting-room">')

    const entered = await enter(api, '305')
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/waiting-room'])
    const cookie = entered.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^queue-token=[\w.-]+; Path=\/waiting-room; HttpOnly; SameSite=Lax$/)
    const waiting = await visit(api, cookie.split(';')[0])
    expect(waiting.text).toMatch(/<meta http-equiv="refresh" content="\d+; url=\/waiting-room">/)
    expect(waiting.text).toMatch(/<span class="place">\d+<\/span> (person is|people are) ahead of you/)

    await stack.queue.use((redis) => redis.hset('waiting-room:state', 'capacity', 100))
    const turn = await visit(api, cookie.split(';')[0])
    expect(turn.text).toContain('<h1>It is your turn</h1>')
    expect(turn.text).toContain(cookie.slice('queue-token='.length, cookie.indexOf(';')))
    expect(turn.text).not.toContain('http-equiv="refresh"')
  })

  test('loads nothing from anywhere and runs no script', async () => {
    const { text, headers } = await visit(stack.apis[0])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(text).not.toMatch(/<script|https?:|src=|@import|url\(/)
  })

  test.each(['0', '-1', 'abc', '99999999999', '', '<script>'])(
    'takes %j for no user, says so, and shows the form again',
    async (userId) => {
      const reply = await enter(stack.apis[0], userId)
      const text = await reply.text()
      expect([reply.status, text.includes('<form'), text.includes('The user number must be')]).toEqual([
        400,
        true,
        true,
      ])
      expect(text).not.toContain('<script')
    },
  )

  test('a cookie that is worth nothing leads back to the form, and goes', async () => {
    const { status, text, headers } = await visit(stack.apis[0], 'queue-token=forged.token')
    expect([status, text.includes('<form')]).toEqual([200, true])
    expect(headers.get('set-cookie')).toContain('Max-Age=0')
  })

  test('while nobody can know it says so, with 503, and tries again', async () => {
    const entered = await enter(stack.apis[0], '400')
    const cookie = entered.headers.get('set-cookie')?.split(';')[0]
    await stack.queue.stop()
    const { status, text, headers } = await visit(stack.apis[0], cookie)
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(text).toContain('nobody is let in before you')
    expect((await enter(stack.apis[0], '401')).status).toBe(503)
    await stack.queue.restart()
    await stack.opened()
    expect((await visit(stack.apis[0], cookie)).status).toBe(200)
  })
})

describe('a mode from the start', () => {
  const start = async (mode: string, queueUrl = stack.queue.url) =>
    await Api.start({
      databaseUrl: stack.postgres.url,
      primaryUrl: stack.cache.url,
      queueUrl,
      env: { WAITING_ROOM_MODE: mode },
    })

  test('static: the line stands still without a word to Redis, and whoever is in goes on', async () => {
    const { token, status } = placeOf(await stack.join(500))
    expect(status).toBe('admitted')
    const still = await start('static')
    const headers = { 'queue-token': token }
    for (const [method, path] of [
      ['POST', '/api/v1/queue/users/501'],
      ['GET', '/api/v1/queue/users/500'],
      ['DELETE', '/api/v1/queue/users/500'],
    ] as const) {
      const reply = await still.call(path, { method, headers })
      expect([codeOf(reply), reply.headers.get('retry-after')]).toEqual(['503 waiting_room_static', '30'])
    }
    const page = await visit(still)
    expect([page.status, page.text.includes('The line stands still')]).toEqual([200, true])
    const body = { userId: 500, concertId: 1, scheduleId: 1, seatIds: [2] }
    expect((await still.post('/reservations', body, headers)).status).toBe(200)
    await still.stop()

    const nowhere = await start('static', 'redis://127.0.0.1:1')
    expect(codeOf(await nowhere.call('/api/v1/queue/users/501', { method: 'POST' }))).toBe('503 waiting_room_static')
    expect(codeOf(await nowhere.post('/reservations', body, headers))).toBe('503 waiting_room_unavailable')
    await nowhere.stop()
  })

  test('off: everybody is admitted at once, with no Redis at all', async () => {
    const open = await start('off', 'redis://127.0.0.1:1')
    const joined = placeOf(await open.call('/api/v1/queue/users/600', { method: 'POST' }))
    expect(joined).toMatchObject({ status: 'admitted', position: 0 })
    const headers = { 'queue-token': joined.token }
    const body = { userId: 600, concertId: 1, scheduleId: 1, seatIds: [3] }
    expect((await open.post('/reservations', body, headers)).status).toBe(200)
    expect((await open.call('/api/v1/queue/users/600', { headers })).body).toMatchObject({ status: 'admitted' })
    expect((await open.call('/api/v1/queue/users/600', { method: 'DELETE', headers })).status).toBe(204)
    await open.stop()
  })
})

describe('what operators change', () => {
  const set = async (change: object) => {
    const { status } = await stack.apis[0].ops('PUT', '/waiting-room', change)
    expect(status).toBe(200)
  }
  const modes = async () =>
    await Promise.all(
      stack.apis.map(async (api) => {
        const { body } = await api.ops('GET', '/state')
        return (body as { waitingRoom: { mode: string } }).waitingRoom.mode
      }),
    )

  test('one instance is told, and in both the line stands still, moves on, or is not there', async () => {
    await set({ capacity: 0 })
    const { token, status } = placeOf(await stack.join(700))
    expect(status).toBe('waiting')
    await set({ mode: 'static' })
    await until('both know', async () => (await modes()).join() === 'static,static')
    expect(await stack.metric('waiting_room_mode', { mode: 'static' })).toBe(2)
    expect(await stack.metric('waiting_room_mode', { mode: 'live' })).toBe(0)
    for (const api of stack.apis) {
      const reply = await api.call('/api/v1/queue/users/701', { method: 'POST' })
      expect(codeOf(reply)).toBe('503 waiting_room_static')
    }
    await set({ mode: 'off' })
    await until('both know', async () => (await modes()).join() === 'off,off')
    expect((await stack.reserve(700, token, 10)).status).toBe(200)
    await set({ mode: 'live' })
    await until('both know', async () => (await modes()).join() === 'live,live')
    expect(placeOf(await stack.status(700, token))).toMatchObject({ status: 'waiting', position: 0 })
    await set({ admissionsPerSecond: 0 })
    await set({ capacity: 1_000 })
    await until('both say so', async () => (await stack.metric('waiting_room_capacity')) === 2_000)
    expect(await stack.metric('waiting_room_admissions_per_second_limit')).toBe(0)
    expect(placeOf(await stack.status(700, token)).status).toBe('waiting')
    await set({ admissionsPerSecond: 500 })
    await until('the turn has come', async () => placeOf(await stack.status(700, token)).status === 'admitted')
  })

  test('nonsense is refused, and nothing changes', async () => {
    for (const change of [{ mode: 'open' }, { capacity: -1 }, { admissionsPerSecond: 0.5 }, {}, { cap: 1 }]) {
      expect((await stack.apis[0].ops('PUT', '/waiting-room', change)).status).toBe(400)
    }
    expect((await modes()).join()).toBe('live,live')
  })

  test('the line is rebuilt when they say so, as it was', async () => {
    await set({ capacity: 0 })
    const tokens: string[] = []
    for (const userId of [803, 801, 802]) tokens.push(placeOf(await stack.join(userId)).token)
    const order = await stack.order()
    await stack.queue.use((redis) => redis.zadd('waiting-room:line', 1, '802')) // what a bug may have done
    expect(await stack.order()).not.toEqual(order)
    const reply = await stack.apis[0].ops('POST', '/waiting-room/restore', {})
    expect([reply.status, reply.body]).toEqual([200, { restored: expect.any(Number), joined: false }])
    await stack.opened()
    expect(await stack.order()).toEqual(order)
    expect(placeOf(await stack.status(802, tokens[2] ?? '')).token).toBe(tokens[2])
    await set({ capacity: 1_000 })
  })
})
