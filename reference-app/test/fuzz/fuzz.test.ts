import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operationFinder } from '../../src/platform/overload/operation-finder.ts'
import { originForm } from '../../src/platform/overload/request-target.ts'
import { PROBLEMS } from '../../src/platform/problem/codes.ts'
import { OPERATIONS } from '../../src/programs/api/operations.ts'
import { operations } from '../support/description.ts'
import { countsOf } from './counts.ts'
import { examine, type Tally } from './examine.ts'
import { examineOperations } from './examine-operations.ts'
import { type Ground, ROOMS, startGround } from './ground.ts'
import { unseenSuccesses } from './successes.ts'
import { sweep } from './sweep.ts'

/** The same requests every time, so that a red run is red again. Other seeds: FUZZ_SEED, or main.ts beside this file. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121)
/** In each of three runs; the sweep before them is always the same. */
const cases = Number(process.env.FUZZ_CASES ?? 200)
/** A busy machine gets less done, and has to get enough done nevertheless. Milliseconds. */
const withinMs = process.env.FUZZ_CASES === undefined ? 90_000 : 600_000

let ground: Ground

beforeAll(async () => {
  ground = await startGround()
})

afterAll(async () => {
  await ground.remove()
})

const good = (tally: Tally) =>
  new Set([...tally.keys()].filter((name) => / 2\d\d$/.test(name)).map((name) => name.split(' ')[0]))

test('each part of each request, alone, on every limit of the description and beyond it: no 5xx, taken or refused as it says, counted once', async () => {
  const client = await ground.client('off')
  try {
    // What is only ever refused has not been examined. The line does not stand still here, and there is no banner.
    expect(unseenSuccesses(await sweep(ground.api, client))).toEqual(['enterWaitingRoom 200', 'readBanner 200'])
  } finally {
    client.close()
  }
}, 600_000)

describe.each(ROOMS)('whatever is sent while the waiting room is %s', (room) => {
  test(
    'the answer is as the description says, no 5xx, and counted once under the right outcome',
    async () => {
      const client = await ground.client(room)
      try {
        const tally = await examine(ground.api, client, { seed, cases, withinMs })
        // What is only ever refused has not been examined.
        expect(good(tally).size).toBeGreaterThan(10)
      } finally {
        client.close()
      }
    },
    withinMs + 60_000,
  )
})

test(
  'whatever is sent to the operations port, there is no 5xx, and nothing without a token',
  async () => {
    await examineOperations(ground.api, { seed, cases, withinMs })
  },
  withinMs + 60_000,
)

test('nothing that a client made up has become a label', async () => {
  const series = [...(await countsOf(ground.api)).keys()].map((name) => name.split(' '))
  const outcomes = series.filter(([kind]) => kind === 'outcome')
  const requests = series.filter(([kind]) => kind !== 'outcome')
  const strange = (values: (string | undefined)[], known: readonly string[]) =>
    [...new Set(values)].filter((value) => value !== undefined && !known.includes(value))
  expect(
    strange(
      outcomes.map(([, operation]) => operation),
      Object.keys(OPERATIONS),
    ),
  ).toEqual([])
  expect(
    strange(
      outcomes.map(([, , , reason]) => reason),
      [...Object.keys(PROBLEMS), 'client_closed'],
    ),
  ).toEqual([])
  const routes = operations.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
  expect(
    strange(
      requests.map(([, route]) => route),
      [...routes, 'unmatched'],
    ),
  ).toEqual([])
  expect(
    strange(
      requests.map(([method]) => method),
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', '_OTHER'],
    ),
  ).toEqual([])
})

describe('an operation that is switched off is found behind every spelling that the router takes', () => {
  const find = operationFinder(OPERATIONS)
  const meant = (target: string) => find('GET', originForm(target) ?? '')?.operation

  test.each([
    ['/api/v1/concerts', 'concert_list'],
    ['/API/v1/Concerts/?x=1', 'concert_list'],
    ['http://anywhere/api/v1/concerts', 'concert_list'],
    ['HTTPS://anywhere:1/api/v1/concerts?x', 'concert_list'],
    ['/api/v1/products/BEST-sellers', 'best_sellers'],
    ['/API/V1/PRODUCTS/7', 'product_read'],
  ])('%s', (target, operation) => {
    expect(meant(target)).toBe(operation)
  })

  test.each(['/api/v1/concerts#', '/api/v1/concerts\u00a0', '*', 'api/v1/concerts', '//http:', ''])(
    '%j is none',
    (target) => {
      expect(meant(target)).toBeUndefined()
    },
  )
})
