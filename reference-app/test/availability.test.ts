import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import { CatalogueStore } from '../src/ticketing/catalogue/catalogue-store.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'

let postgres: Postgres
let database: Database
let catalogue: CatalogueStore

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  const registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'test', registry, onIdleError: () => undefined })
  catalogue = new CatalogueStore(database)
})

afterAll(async () => {
  await database.close()
  await postgres.remove()
})

/** A reservation of the seats that `which` finds, in place of all that there were. */
async function reserve(...of: [status: string, expires: string, which: string][]): Promise<void> {
  await postgres.query('update seat set on_sale = true; truncate reservation cascade')
  for (const [i, [status, expires, which]] of of.entries()) {
    // In one session with what may ask for chance.
    await postgres.query(`select setseed(0.1 * ${i}); insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
      select 1, concert_id, schedule.id, seat.id, 1, '${status}', now() + interval '${expires}'
      from seat join schedule on schedule.id = schedule_id where ${which}`)
  }
}
const withdraw = (which: string) =>
  postgres.query(`select setseed(0.9); update seat set on_sale = false where ${which}`)

/** What the lists say, held against the seat maps: schedules of which something is left. */
async function left(): Promise<number[]> {
  const found: number[] = []
  for (const concert of await catalogue.concerts()) {
    const schedules = (await catalogue.schedules(concert.id)) ?? []
    for (const { id, available } of schedules) {
      const map = await catalogue.seats(concert.id, id)
      expect([id, available]).toEqual([id, map?.seats.some((seat) => seat.available)])
      if (available) found.push(id)
    }
    expect(concert.available).toBe(schedules.some(({ available }) => available))
  }
  return found.sort((a, b) => a - b)
}

test('a list says that something is left exactly when a seat is free', async () => {
  await reserve(['paid', '0', 'true'])
  expect(await left()).toEqual([])
  await reserve(['paid', '0', 'seat.id <> 25'], ['expired', '-1 hour', 'seat.id = 1'])
  expect(await left()).toEqual([2])
  await withdraw('id = 25')
  expect(await left()).toEqual([])
  await reserve(['held', '1 hour', 'number <= 12'], ['held', '-1 second', 'number = 13'], ['paid', '0', 'number > 13'])
  expect(await left()).toHaveLength(28) // seat 13 was held for too long
  await withdraw('number = 13 and schedule_id <> 7')
  expect(await left()).toEqual([7])
})

test('a seat that was taken off sale after it was sold hides none that is free, nor makes one up', async () => {
  await reserve(['paid', '0', 'number <= 23'])
  await withdraw('number <= 10')
  expect(await left()).toHaveLength(28)
  await withdraw('number = 24')
  expect(await left()).toEqual([])
})

test('nor does anything that comes of chance', async () => {
  await reserve(
    ['paid', '0', 'random() < 0.7'],
    ['held', '1 minute', 'random() < 0.7 and not exists (select from reservation where seat_id = seat.id)'],
    ['held', '-1 minute', 'random() < 0.5 and not exists (select from reservation where seat_id = seat.id)'],
    ['expired', '-1 minute', 'random() < 0.5'],
  )
  await withdraw('random() < 0.5')
  const some = await left()
  expect([some.length > 0, some.length < 28]).toEqual([true, true])
})
