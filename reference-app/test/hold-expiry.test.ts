import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { Buyer, codeOf, idsOf, items, seatsOf, tally } from './support/buyer.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

/** At the first instance. At the second a hold lasts for minutes: no test depends on being faster than it. */
const HOLD_SECONDS = 6
/** No test is about it. Milliseconds. */
const DECIDED_WITHIN_MS = 20_000

let stack: Stack
let second: Api
let workers: Worker[]
const user = new Buyer(1)

beforeAll(async () => {
  stack = await startStack({ SEAT_HOLD_SECONDS: String(HOLD_SECONDS) })
  second = await Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url, instance: 'api-second' })
  const parts = { databaseUrl: stack.postgres.url, redisUrl: stack.primary.url }
  workers = await Promise.all(['worker-1', 'worker-2'].map((instance) => Worker.start({ ...parts, instance })))
  await user.recharge(stack.api, 10_000_000)
})

afterEach(async () => {
  await expectNothingBroken(stack.postgres)
})

afterAll(async () => {
  for (const worker of workers) await worker.stop()
  await second.stop()
  await stack.remove()
})

/** As if the time to pay had passed. */
async function expire(ids: number[]): Promise<void> {
  await stack.postgres.query(
    `update reservation set expires_at = now() - interval '1 second' where id in (${ids.join()})`,
  )
}

const written = (ids: number[]) =>
  count(stack.postgres, `select from reservation where status = 'expired' and id in (${ids.join()})`)

const offered = async (seatId: number) => {
  const { body } = await stack.api.call('/api/v1/concerts/1/schedules/1/seats', { headers: user.headers })
  return (body as { id: number; available: boolean }[]).some(({ id, available }) => id === seatId && available)
}

test('a hold that is not paid in time expires: the job writes it down once, and the cached seat map offers the seat again', async () => {
  const ids = idsOf(await user.reserve(stack.api, 1, [1, 2]))
  expect(await offered(1)).toBe(false)
  await until('the job has written it down', async () => (await written(ids)) === 2)
  await until('the seat map offers it again', () => offered(1)) // its copy would be fresh for a minute
  expect((await user.reservation(stack.api, ids[0] ?? 0)).body).toMatchObject({ status: 'expired' })
  expect(codeOf(await user.pay(stack.api, ids))).toBe('409 hold_expired')
  const runs = { job: 'hold-expiry', outcome: 'success' }
  for (const worker of workers) {
    await until('each worker runs the job', async () => (await worker.metric('job_runs_total', runs)) > 0)
    expect(await worker.metric('job_runs_total', { outcome: 'failed' })).toBe(0)
    expect(await worker.metric('job_paused')).toBe(0)
  }
  expect(await stack.api.metric('job_runs_total', { job: 'hold-expiry' })).toBe(0)
  const counted = await Promise.all(workers.map((worker) => worker.metric('seat_holds_expired_total')))
  expect(counted.reduce((sum, each) => sum + each)).toBe(2)
})

test('an expired hold is nobody’s before any job has written it down: it cannot be paid, and its seat can be reserved', async () => {
  const [late = 0] = idsOf(await user.reserve(second, 1, [3]))
  await stack.postgres.query(
    'create function keep_held() returns trigger language plpgsql as $$ begin return null; end $$',
  )
  await stack.postgres.query(`create trigger no_job before update on reservation for each row
    when (new.status = 'expired' and current_query() like 'with late%') execute function keep_held()`)
  await expire([late])
  expect(codeOf(await user.pay(stack.api, [late]))).toBe('409 hold_expired')
  expect((await user.reservation(stack.api, late)).body).toMatchObject({ status: 'expired' })
  expect(await written([late])).toBe(0)
  expect((await new Buyer(2).reserve(stack.api, 1, [3])).status).toBe(200)
  expect(await written([late])).toBe(1)
  await stack.postgres.query('drop trigger no_job on reservation')
})

test('expired holds do not count against the limit of seats that one user may hold', async () => {
  const greedy = new Buyer(3)
  for (const schedule of [2, 3]) await greedy.reserve(second, schedule, seatsOf(schedule, 0, 24))
  expect(codeOf(await greedy.reserve(second, 4, seatsOf(4, 0, 3)))).toBe('409 hold_limit')
  await stack.postgres.query(`update reservation set expires_at = now() - interval '1 second' where user_id = 3`)
  expect((await greedy.reserve(second, 4, seatsOf(4, 0, 3))).status).toBe(200)
})

test('a hold that expires while its payment is being worked on is not sold, and nothing is paid', async () => {
  const [id = 0] = idsOf(await user.reserve(second, 1, [5]))
  const balance = await user.balance(stack.api)
  // At that moment, by the clock: after the payment has found it held, before it is sold.
  await stack.postgres.query(`create function expire() returns trigger language plpgsql as $$ begin
    update reservation set expires_at = clock_timestamp() where id = ${id}; return new; end $$`)
  await stack.postgres.query(
    'create trigger expires before insert on balance_entry for each row execute function expire()',
  )
  expect(codeOf(await user.pay(stack.api, [id]))).toBe('409 hold_expired')
  expect(await user.balance(stack.api)).toBe(balance)
  await stack.postgres.query('drop trigger expires on balance_entry')
})

test('at the moment of expiry a seat goes to the payer or to the next user, never to both', async () => {
  /** `scale`: a busy machine needs longer moments. */
  const round = async (scheduleId: number, seatId: number, scale: number) => {
    const payer = new Buyer(10 + seatId)
    const next = new Buyer(500 + seatId)
    await payer.recharge(stack.api, 50_000)
    const [hold] = items(await payer.reserve(second, scheduleId, [seatId]))
    const at = `now() + interval '${scale * (20 + Math.floor(Math.random() * 60))} milliseconds'`
    await stack.postgres.query(`update reservation set expires_at = ${at} where id = ${hold?.id}`)
    const until = Date.now() + scale * 250
    const payments: string[] = []
    const takings: string[] = []
    const pays = async () => {
      await new Promise((resolve) => setTimeout(resolve, scale * Math.random() * 80))
      payments.push(codeOf(await payer.pay(stack.api, [hold?.id ?? 0])))
    }
    // For a while, and until the seat is somebody's, however late an answer is.
    const goesOn = () => Date.now() < until || (payments[0] !== '200' && Date.now() < until + DECIDED_WITHIN_MS)
    const takes = async () => {
      while (goesOn() && !takings.includes('200'))
        takings.push(codeOf(await next.reserve(second, scheduleId, [seatId])))
    }
    await Promise.all([pays(), takes()])
    return {
      payments,
      took: takings.includes('200'),
      other: takings.filter((code) => !/^(200|409 seat_taken)$/.test(code)),
    }
  }
  const ends = new Set<boolean>()
  for (const [i, scheduleId] of [5, 10, 11, 12].entries()) {
    const rounds = await Promise.all(seatsOf(scheduleId, 0, 12).map((seatId) => round(scheduleId, seatId, 2 ** i)))
    for (const { payments, took, other } of rounds) {
      expect(other).toEqual([])
      expect(payments).toEqual([took ? '409 hold_expired' : '200'])
      ends.add(took)
    }
    if (ends.size === 2) break
  }
  expect(ends.size).toBe(2) // the race was one: both ends were seen
})

test('two jobs and many buyers at once leave one live hold for each seat', async () => {
  for (let round = 0; round < 3; round += 1) {
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        new Buyer(2_000 + i).reserve(i % 2 ? stack.api : second, 6, seatsOf(6, i % 20, 4)),
      ),
    )
    expect(Object.keys(tally(replies)).filter((code) => !/^(200|409 seat_taken)$/.test(code))).toEqual([])
    await stack.postgres.query(`update reservation set expires_at = now() where schedule_id = 6 and status = 'held'`)
  }
  expect(await stack.api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
})

test('a job that fails says so once, goes on trying, and says when it works again', async () => {
  const [worker] = workers
  const failures = () => worker?.metric('job_runs_total', { job: 'hold-expiry', outcome: 'failed' }) ?? 0
  const said = (event: string) => worker?.logs(event).filter(({ job }) => job === 'hold-expiry')
  await stack.postgres.stop()
  await until('it has failed twice', async () => (await failures()) >= 2)
  expect(said('job.failed')).toHaveLength(1)
  await stack.postgres.restart()
  await until('it works again', () => said('job.recovered')?.length === 1)
})
