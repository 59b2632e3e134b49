import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { prepareDatabase } from '../src/programs/database-set-up/prepare.ts'
import { type Child, run } from './support/child.ts'
import { expectNothingBroken } from './support/invariants.ts'
import { Postgres } from './support/postgres.ts'
import { scratchFolder } from './support/scratch.ts'

const program = (name: string) => fileURLToPath(new URL(`../src/programs/${name}/main.ts`, import.meta.url))
const start = (name: string, env: Record<string, string>): Promise<Child> =>
  run(process.execPath, [program(name)], { env: { PATH: process.env.PATH, ...env } })

describe('an environment that cannot be worked with', () => {
  test('ends the API with exit 2, every problem at once on stderr, and nothing on stdout', async () => {
    const api = await start('api', { PORT: 'http', OPS_PORT: '70000', DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' })
    expect(api.process.exitCode).toBe(2)
    expect(api.stdout).toBe('')
    for (const name of ['PORT', 'OPS_PORT', 'DATABASE_URL', 'LOG_LEVEL', 'CACHE_PRIMARY_URL', 'AUDIT_FILE']) {
      expect(api.stderr).toContain(`  ${name}: `)
    }
    expect(api.stderr).not.toContain('    at ')
  })

  test('counts an empty variable as unset, and names both secrets that are missing or too short', async () => {
    const folder = scratchFolder()
    mkdirSync(join(folder.path, 'secrets'))
    writeFileSync(join(folder.path, 'secrets/ops'), 'short\n')
    const api = await start('api', {
      PORT: '0',
      OPS_PORT: '0',
      HOST: '',
      DATABASE_URL: 'postgres://127.0.0.1/x',
      CACHE_PRIMARY_URL: 'redis://127.0.0.1',
      CACHE_STANDBY_URL: 'redis://127.0.0.1',
      QUEUE_REDIS_URL: 'redis://127.0.0.1',
      OPS_TOKEN_FILE: join(folder.path, 'secrets/ops'),
      QUEUE_TOKEN_SECRET_FILE: join(folder.path, 'secrets/absent'),
      AUDIT_FILE: join(folder.path, 'audit.jsonl'),
    })
    folder.remove()
    expect(api.process.exitCode).toBe(2)
    expect(api.stderr).toContain('OPS_TOKEN_FILE: holds fewer than 32 characters')
    expect(api.stderr).toContain('QUEUE_TOKEN_SECRET_FILE: cannot be read')
  })

  test('ends the traffic generator likewise', async () => {
    const traffic = await start('traffic', { TARGET_URL: 'nowhere', JOURNEYS_PER_SECOND: '-1' })
    expect(traffic.process.exitCode).toBe(2)
    for (const name of ['TARGET_URL', 'JOURNEYS_PER_SECOND', 'OPS_PORT'])
      expect(traffic.stderr).toContain(`  ${name}: `)
  })
})

describe('preparing the database', () => {
  let postgres: Postgres

  beforeAll(async () => {
    postgres = await Postgres.start()
  })

  afterAll(async () => {
    await postgres.remove()
  })

  const prepare = () => start('database-set-up', { DATABASE_URL: postgres.url })

  test('three that start at once on an empty database all succeed, and the data is there once', async () => {
    const all = await Promise.all([prepare(), prepare(), prepare()])
    for (const child of all) {
      expect([child.process.exitCode, child.stderr]).toEqual([0, ''])
      expect(JSON.parse(child.stdout)).toEqual({ concerts: 5, schedules: 28, seats: 672 })
    }
    const perSchedule = await postgres.query<{ seats: number }>(
      'select count(*)::int as seats from seat group by schedule_id',
    )
    expect(perSchedule.map(({ seats }) => seats)).toEqual(Array(28).fill(24))
  })

  test('eight that begin in the same moment wait for each other', async () => {
    for (let round = 1; round <= 3; round += 1) {
      await postgres.query('drop schema public cascade; create schema public')
      const clients = Array.from({ length: 8 }, () => new Client({ connectionString: postgres.url }))
      await Promise.all(clients.map((client) => client.connect()))
      const counted = await Promise.allSettled(clients.map((client) => prepareDatabase(client)))
      await Promise.all(clients.map((client) => client.end()))
      expect(counted).toEqual(Array(8).fill({ status: 'fulfilled', value: { concerts: 5, schedules: 28, seats: 672 } }))
    }
  })

  test('run again it leaves what it finds', async () => {
    await postgres.query("update concert set title = 'Renamed' where id = 1")
    expect((await prepare()).process.exitCode).toBe(0)
    expect(await postgres.query('select title from concert where id = 1')).toEqual([{ title: 'Renamed' }])
  })

  test('more is added for load tests, once, without touching what is there, and can be filled up again', async () => {
    await postgres.query(`insert into balance values (7, 500); update product set stock = stock - 1 where id = 1;
      insert into shop_order (user_id, status, total, discount, reason) values (7, 'payment_failed', 1, 0, 'no_funds');
      insert into order_item values (1, 1, 1, 1); insert into order_change values (1, 1, 'payment_failed');
      insert into balance_entry (user_id, kind, amount, balance_after) values (7, 'recharge', 500, 500)`)
    const load = async () => {
      const child = await run(process.execPath, [program('database-set-up'), '--data-set', 'load'], {
        env: { PATH: process.env.PATH, DATABASE_URL: postgres.url },
      })
      expect([child.process.exitCode, child.stderr]).toEqual([0, ''])
      expect(JSON.parse(child.stdout)).toEqual({ concerts: 50, schedules: 1_028, seats: 500_672 })
    }
    const census = async () => {
      const [row] = await postgres.query(`select (select count(*)::int from balance) as users,
        (select min(amount) from balance) as poorest, (select amount from balance where user_id = 7) as seventh,
        (select count(*)::int from balance_entry) as entries, (select min(stock) from product) as stock,
        (select initial_stock - stock from product where id = 1) as sold, (select count(*)::int from coupon) as coupons,
        (select title from concert where id = 1) as title,
        (select max(schedules)::int from (select count(*) as schedules from schedule group by concert_id) as each) as schedules`)
      return row
    }
    await load()
    const first = await census()
    expect(first).toEqual({
      users: 10_000,
      poorest: 100_000_000,
      seventh: 100_000_500,
      entries: 10_001,
      stock: 10_099_999,
      sold: 1,
      coupons: 105,
      title: 'Renamed',
      schedules: 23,
    })
    await expectNothingBroken(postgres)
    await load()
    expect((await prepare()).process.exitCode).toBe(0)
    expect(await census()).toEqual(first)
    await postgres.query(
      'update product set stock = 10 where id = 3; update product set initial_stock = 10 where id = 3',
    )
    await load()
    expect(await postgres.query('select stock, initial_stock from product where id = 3')).toEqual([
      { stock: 10_000_010, initial_stock: 10_000_010 },
    ])
  })

  test.each([
    { args: ['--data-set', 'huge'] },
    { args: ['--data-set'] },
    { args: ['load'] },
    { args: ['--data-set', 'load', 'x'] },
  ])('refuses $args', async ({ args }) => {
    const child = await run(process.execPath, [program('database-set-up'), ...args], {
      env: { PATH: process.env.PATH, DATABASE_URL: postgres.url },
    })
    expect([child.process.exitCode, child.stdout]).toEqual([2, ''])
    expect(child.stderr).toContain('small, load')
  })

  test('says what is wrong without a database, and without its address', async () => {
    const unset = await start('database-set-up', {})
    expect([unset.process.exitCode, unset.stdout]).toEqual([2, ''])
    expect(unset.stderr).toContain('DATABASE_URL')
    const nobody = await start('database-set-up', { DATABASE_URL: 'postgres://127.0.0.1:1/x' })
    expect([nobody.process.exitCode, nobody.stdout]).toEqual([1, ''])
    expect(nobody.stderr).toContain('ECONNREFUSED')
  })
})
