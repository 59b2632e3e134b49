import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Notifications } from '../src/platform/database/notifications.ts'
import { Postgres } from './support/postgres.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let notifications: Notifications
const heard: string[] = []
let connections = 0
let losses = 0

beforeAll(async () => {
  postgres = await Postgres.start()
  notifications = new Notifications({
    url: postgres.url,
    applicationName: 'test',
    onLost: () => {
      losses += 1
    },
  })
  notifications.subscribe('news', {
    notified: (payload) => heard.push(payload),
    connected: () => {
      connections += 1
    },
  })
  notifications.begin()
  await until('it listens', () => connections === 1)
})

afterAll(async () => {
  await notifications.close()
  await postgres.remove()
})

test('what is said is heard, by channel', async () => {
  await postgres.query(`select pg_notify('other', 'nothing'), pg_notify('news', 'first')`)
  await until('it is heard', () => heard.length > 0)
  expect(heard).toEqual(['first'])
})

test('a lost connection is made again, and the subscriber is told that it may have missed something', async () => {
  await postgres.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test/notifications'`,
  )
  await until('it listens again', () => connections === 2)
  await postgres.query(`select pg_notify('news', 'second')`)
  await until('it is heard', () => heard.includes('second'))
  expect(losses).toBe(1)
})

test('a server that is gone for a while is one loss, however often it was tried', async () => {
  await postgres.stop()
  await until('it is noticed', () => losses === 2)
  await new Promise((resolve) => setTimeout(resolve, 1_200)) // two attempts that fail
  await postgres.restart()
  await until('it listens again', () => connections === 3)
  expect(losses).toBe(2)
})

test('a server that hangs is noticed without any news, and closing does not wait for it', async () => {
  postgres.hang()
  await until('it is noticed', () => losses === 3, 15_000)
  const startedAt = performance.now()
  await notifications.close()
  expect(performance.now() - startedAt).toBeLessThan(5_000)
  postgres.resume()
})
