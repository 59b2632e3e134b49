import { describe, expect, test } from '@jest/globals'
import { resolveParams } from '../../src/actions/substitute.ts'
import { type Param, parseParam } from '../../src/environment/param.ts'

const actions: Record<string, Record<string, Param>> = {
  grow: { max: { type: 'integer', min: 1, max: 200 } },
  sample: { ratio: { type: 'number', min: 0, max: 1, default: 0.5 } },
  dump: { instance: { type: 'string', summary: 'its URL' } },
}

describe('parameters of an action', () => {
  test.each([
    ['0.25', 0.25],
    ['.25', 0.25],
    ['1', 1],
    [undefined, 0.5],
  ])('take the number %s as one', (ratio, value) => {
    expect(resolveParams('sample', actions.sample ?? {}, ratio === undefined ? {} : { ratio })).toEqual({
      ratio: value,
    })
  })

  test.each([
    ['grow', {}, 'max is missing: an integer from 1 to 200'],
    ['grow', { max: '201' }, 'max has to be an integer from 1 to 200, not "201"'],
    ['grow', { max: '1e2' }, 'max has to be an integer from 1 to 200, not "1e2"'],
    ['grow', { max: '5', min: '1', constructor: '2' }, 'it has no parameter min; it has no parameter constructor'],
    ['grow', { min: '1' }, 'it has no parameter min; max is missing: an integer from 1 to 200'],
    ...['0,5', '1.01', '-0.1', '1e-2', '', 'NaN', 'Infinity', '0x1', '1.'].map((ratio): [string, object, string] => [
      'sample',
      { ratio },
      `ratio has to be a number from 0 to 1, not "${ratio}"`,
    ]),
    [
      'dump',
      { instance: 'a\ud800' },
      'instance has to be a text of at most 200 characters on one line, not "a\\ud800"',
    ],
    ['dump', {}, 'instance is missing: a text of at most 200 characters on one line (its URL)'],
  ])('of %s are refused when they are %j', (action, given, message) => {
    const refused = () => resolveParams(action, actions[action] ?? {}, given as Record<string, string>)
    expect(refused).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(refused).toThrow(`the parameters of ${action} are wrong: ${message}`)
  })
})

test.each<[Param, string, unknown]>([
  [{ type: 'integer' }, '9007199254740993', undefined],
  [{ type: 'integer', max: 5 }, '6', undefined],
  [{ type: 'number', min: -1 }, '-0.5', -0.5],
  [{ type: 'string', maxLength: 3 }, 'four', undefined],
  [{ type: 'string' }, 'two\nlines', undefined],
  [{ type: 'boolean' }, 'yes', undefined],
  [{ type: 'boolean' }, 'false', false],
])('%j takes %j as %j', (param, text, value) => {
  expect(parseParam(param, text)).toBe(value)
})
