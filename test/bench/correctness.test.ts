import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from '@jest/globals'
import { measure } from '../../bench/correctness/measure.ts'
import { tableOf } from '../../bench/correctness/table.ts'
import { run } from '../../reference-app/test/support/child.ts'

const topic = (name: string) => new URL(`./topics/${name}.ts`, import.meta.url)
const BENCH = fileURLToPath(new URL('../../bench/correctness.ts', import.meta.url))

test('a topic gives its rows', async () => {
  expect(await measure('fine', topic('fine'))).toEqual([
    { figure: 'answer', measured: '42', goal: '42', reached: true },
  ])
})

test.each([
  ['crashing', 'crashed (exit 1); see above', undefined],
  ['endless', 'not finished within 1.5 s', 1_500],
  ['missing', 'there is no such measurement yet', undefined],
])('a topic that cannot be measured (%s) is a row that is not reached', async (name, measured, limitMs) => {
  expect(await measure(name, topic(name), limitMs)).toEqual([
    { figure: name, measured, goal: 'can be measured', reached: false },
  ])
})

test('the table is aligned and names what was not reached', () => {
  const rows = [
    { figure: 'resets', measured: '0', goal: '0', reached: true },
    { figure: 'goodput', measured: '61 %', goal: '>= 80 %', reached: false },
  ]
  const plain = stripVTControlCharacters(tableOf(rows, new PassThrough())) // jest's workers have FORCE_COLOR when it runs in a terminal
  expect(plain.split('\n')).toEqual([
    'figure   measured  goal',
    'resets   0         0        reached',
    'goodput  61 %      >= 80 %  NOT REACHED',
  ])
})

test('a topic that does not exist is wrong use, and the answer names those that do', async () => {
  const bench = await run(process.execPath, [BENCH, 'nothing'])
  expect([bench.process.exitCode, bench.stdout]).toEqual([2, ''])
  expect(bench.stderr).toContain('no such topic: nothing; there are coupons,')
})
