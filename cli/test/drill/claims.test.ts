import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { judgeAnswers, withElapsed } from '../../src/drill/claim.ts'
import type { Claim, Drill } from '../../src/drill/drill.ts'
import { createJournal } from '../../src/drill/journal-file.ts'
import { prove } from '../../src/drill/phases/prove.ts'
import { mark, type Run } from '../../src/drill/run.ts'
import { formatScorecard } from '../../src/drill/scorecard.ts'
import { checksOf, decide } from '../../src/drill/verdict.ts'
import { TOKEN } from '../support/drillbook-folder.ts'
import { type FakeInstance, fakeInstance } from '../support/fake-instance.ts'
import { heldJournal, SEEN } from './sample-journal.ts'
import { type SmallRun, smallRun } from './small-run.ts'

const BY_PROMQL: Claim = { title: 'Nothing is lost', promql: 'lost', expect: '== 0', withinMs: 0 }
const BY_ACTION: Claim = {
  title: 'All are paid',
  read: 'list-unpaid',
  params: { last: '5' },
  path: 'found.rows',
  expect: '== 0',
  withinMs: 0,
}
const ACTION = `  list-unpaid: { reads: true, ops: { method: GET, path: "/unpaid/\${last}" }, params: { last: { type: integer } } }`

let small: SmallRun
let instances: FakeInstance[]
beforeEach(async () => {
  instances = await Promise.all([fakeInstance(TOKEN), fakeInstance(TOKEN)])
  small = await smallRun({ extra: '', opsUrls: instances.map(({ url }) => url), actions: ACTION })
  small.prometheus.answers.set('lost', [0])
  for (const instance of instances) answers(instance, { found: { rows: [] } })
})
afterEach(async () => {
  await small.remove()
  await Promise.all(instances.map((instance) => instance.close()))
})

function answers(instance: FakeInstance | undefined, json: object, status = 200): void {
  if (instance === undefined) throw new Error('there is no such instance')
  instance.answer = (_, response) => {
    response.statusCode = status
    response.end(JSON.stringify(json))
    return true
  }
}

/** What the phase says of these claims, and the journal with the verdict that follows when all else held. */
async function proven(...proves: Claim[]) {
  const drill: Drill = { ...small.run.drill, proves }
  const run: Run = { ...small.run, drill, journal: createJournal(small.run.root, drill, small.run.environment) }
  mark(run, 'injectedAt', new Date(), 'a test')
  const said = await prove(run).catch((error: Error) => error.message)
  const journal = { ...heldJournal(), proves: run.journal.data.proves }
  journal.checks = checksOf(journal, SEEN)
  return { said, journal, ...decide(journal, { stop: undefined, lagged: undefined }) }
}
const states = (journal: { proves: { state: string }[] }) => journal.proves.map(({ state }) => state)

describe('what a drill proves', () => {
  test('holds by PromQL and by what every instance answers, and each is a check of the scorecard', async () => {
    const { said, journal, verdict } = await proven(BY_PROMQL, BY_ACTION)
    expect([said, verdict]).toEqual(['Nothing is lost; All are paid', 'passed'])
    expect(instances.map(({ calls }) => calls.map(({ path }) => path))).toEqual([['/unpaid/5'], ['/unpaid/5']])
    const scorecard = formatScorecard(journal, (_, text) => text)
    expect(scorecard).toMatch(/✔ Nothing is lost +0 \(expected == 0\)/)
    expect(scorecard).toMatch(/✔ All are paid +0 \(expected == 0\)/)
    expect(journal.proves[1]?.asked).toBe('list-unpaid last=5 at found.rows')
  })

  test('fails the drill by name when it does not hold, and the others are asked all the same', async () => {
    small.prometheus.answers.set('lost', [0, 3])
    const { said, journal, verdict, reasons } = await proven(BY_PROMQL, BY_ACTION)
    expect(said).toBe('Nothing is lost: 0, 3 (expected == 0)')
    expect(states(journal)).toEqual(['failed', 'held'])
    expect([verdict, reasons]).toEqual(['failed', ['Nothing is lost: no (0, 3 (expected == 0))']])
  })

  test('fails when one instance of two answers otherwise', async () => {
    answers(instances[1], { found: { rows: [{ id: 7 }] } })
    expect((await proven(BY_ACTION)).said).toBe('All are paid: 0, 1 (expected == 0)')
  })

  test.each<[string, Claim, () => unknown, RegExp]>([
    [
      'a query gives nothing',
      BY_PROMQL,
      () => small.prometheus.answers.delete('lost'),
      /^Nothing is lost not proven: no/,
    ],
    [
      'Prometheus is down',
      BY_PROMQL,
      () => Object.assign(small.prometheus, { down: true }),
      /^Nothing is lost not proven: .* does not answer/,
    ],
    ['one instance refuses', BY_ACTION, () => answers(instances[1], {}, 503), /^All are paid not proven: .* refused/],
    [
      'there is no such value',
      BY_ACTION,
      () => answers(instances[0], { found: 3 }),
      /answered no number at found.rows/,
    ],
    ['an instance is gone', BY_ACTION, () => instances[0]?.close(), /^All are paid not proven: .* refused/],
  ])('is not proven, and the drill failed, when %s', async (_, claim, happens, why) => {
    await happens()
    const { said, journal, verdict, reasons } = await proven(claim)
    expect(said).toMatch(why)
    expect([states(journal), verdict]).toEqual([['not proven'], 'failed'])
    expect(reasons[0]).toContain(`${claim.title}: not proven`)
  })

  test('is not proven when the drill did not come so far', () => {
    const { data } = createJournal(small.run.root, { ...small.run.drill, proves: [BY_PROMQL] }, small.run.environment)
    expect(data.proves).toMatchObject([{ state: 'not proven', text: 'not reached', at: null }])
  })

  test('is waited for, for as long as it says', async () => {
    let asked = 0
    const [first] = instances
    if (first === undefined) throw new Error('there is no instance')
    first.answer = (_, response) => {
      asked++
      response.end(JSON.stringify({ found: { rows: asked < 3 ? [1] : [] } }))
      return true
    }
    expect((await proven({ ...BY_ACTION, withinMs: 600_000 })).said).toBe('All are paid')
    expect(asked).toBe(3)
  })
})

describe('the value in an answer', () => {
  const judged = (json: object, path: string, expectation: string) =>
    judgeAnswers(
      { ...BY_ACTION, path, expect: expectation },
      { targets: [{ target: 'one', ok: true, output: '', durationMs: 1, json }] },
    )

  test.each<[string, object, string, string]>([
    ['a number', { lost: { orders: 2 } }, 'lost.orders', '== 2'],
    ['true as 1', { paid: true }, 'paid', '== 1'],
    ['false as 0', { paid: false }, 'paid', '== 0'],
    ['a list as its length', { rows: [1, 2, 3] }, 'rows', '== 3'],
    ['a place in a list', { rows: [{ n: 5 }] }, 'rows.0.n', '>= 5'],
    ['the whole answer as its length', [{}, {}], '', '== 2'],
  ])('counts %s', (_, json, path, expectation) => {
    expect(judged(json, path, expectation).holds).toBe(true)
  })

  test.each<[string, object, string]>([
    ['a text', { n: '5' }, 'n'],
    ['null', { n: null }, 'n'],
    ['an object', { n: {} }, 'n'],
    ['what is not there', {}, 'n'],
    ['what only every object has', {}, 'constructor.length'],
  ])('is no evidence when it is %s', (_, json, path) => {
    expect(judged(json, path, '!= 99')).toMatchObject({ holds: false, empty: true })
  })
})

test('PromQL may ask for the time since the injection', () => {
  expect(withElapsed('increase(x[$elapsed]) - increase(y[$elapsed])', 82_400)).toBe(
    'increase(x[83s]) - increase(y[83s])',
  )
  expect(withElapsed('x[$elapsed]', 0)).toBe('x[1s]')
})
