import { CliError } from '@drillbook/content/errors'
import { expect, test } from '@jest/globals'
import { type Wait, waitUntil } from '../../src/prometheus/wait-until.ts'

const NOBODY = new CliError('unreachable', 'nobody answers')
/** Long enough for every test: who waits for its end waits too long. */
const LONG: Wait = { withinMs: 60_000, intervalMs: 1 }

/** Looks that see these one after the other, and then the last one for ever; how many there were is in `looks`. */
function looking(...answers: (boolean | Error)[]) {
  const eyes = {
    looks: 0,
    async look() {
      const answer = answers[Math.min(eyes.looks++, answers.length - 1)]
      if (answer instanceof Error) throw answer
      return { holds: answer === true, seen: eyes.looks }
    },
  }
  return eyes
}

test('looks until it holds, and tells of every look but the last', async () => {
  const told: number[] = []
  const waited = await waitUntil(looking(false, false, true).look, LONG, ({ seen }) => told.push(seen))
  expect(waited).toMatchObject({ holds: true, seen: 3 })
  expect(told).toEqual([1, 2])
})

test('looks once when there is no time to wait', async () => {
  const { look } = looking(false, true)
  expect(await waitUntil(look, { withinMs: 0, intervalMs: 1 })).toMatchObject({ holds: false, seen: 1 })
})

test('begins to count anew when a hold breaks, and lets one finish that began in time', async () => {
  const eyes = looking(true, false, true)
  const held: boolean[] = []
  const waited = await waitUntil(eyes.look, { ...LONG, forMs: 20 }, ({ heldMs }) => held.push(heldMs !== undefined))
  expect(held.slice(0, 3)).toEqual([true, false, true])
  expect(waited.holds).toBe(true)
  expect(waited.heldMs).toBeGreaterThanOrEqual(20)
  const late = await waitUntil(looking(true).look, { withinMs: 0, intervalMs: 1, forMs: 20 })
  expect(late).toMatchObject({ holds: true })
})

test('asks again when nobody answers, as often in a row as it may', async () => {
  const answers = looking(NOBODY, NOBODY, false, NOBODY, NOBODY, true)
  expect(await waitUntil(answers.look, { ...LONG, tries: 3 })).toMatchObject({ holds: true, seen: 6 })
  const silent = looking(NOBODY)
  await expect(waitUntil(silent.look, { ...LONG, tries: 3 })).rejects.toBe(NOBODY)
  expect(silent.looks).toBe(3)
})

test('without a number of tries nobody may answer until the time is over, and no longer', async () => {
  expect(await waitUntil(looking(NOBODY, NOBODY, NOBODY, NOBODY, true).look, LONG)).toMatchObject({ holds: true })
  const silent = looking(NOBODY)
  await expect(waitUntil(silent.look, { withinMs: 0, intervalMs: 1 })).rejects.toBe(NOBODY)
  expect(silent.looks).toBe(1)
})

test('throws at once whatever else a look throws', async () => {
  const refused = new CliError('usage', 'no such function')
  const eyes = looking(refused, true)
  await expect(waitUntil(eyes.look, { ...LONG, tries: 3 })).rejects.toBe(refused)
  expect(eyes.looks).toBe(1)
})

test('ends on abort, also while a look hangs', async () => {
  const stop = new AbortController()
  const hanging = waitUntil(() => new Promise<never>(() => {}), { ...LONG, signal: stop.signal })
  stop.abort()
  await expect(hanging).rejects.toMatchObject({ name: 'AbortError' })
})
