import fc, { type Arbitrary } from 'fast-check'
import { fitting, hostileValue, type Schema } from './values.ts'

/** Text that a JSON parser may stumble over; with one that fits, cut, doubled or wrapped. */
export const hostileTexts = (fit: string): string[] => [
  ...[
    '',
    ' ',
    '{',
    '}',
    'null',
    'true',
    '1',
    '"text"',
    '[]',
    '{}',
    '\0',
    '\ufeff{}',
    'NaN',
    '{"a":1e400}',
    '{"userId":1,"userId":2}',
  ],
  ...[
    '{"__proto__":{"userId":1}}',
    '{"constructor":{"prototype":{}}}',
    '\\ud800',
    '{"userId":"\\u0000"}',
    "{'userId':1}",
    '<xml/>',
  ],
  ...['userId=1', 'userId=1&userId=2', 'userId=%ff', 'userId[a]=1', '='.repeat(900), '&'.repeat(1_200)],
  ...[`${'['.repeat(30_000)}${']'.repeat(30_000)}`, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ...[
    `[${'{},'.repeat(20_000)}{}]`,
    `{"orderItems":[${'{},'.repeat(20_000)}{}]}`,
    `{"seatIds":[${'0,'.repeat(30_000)}0]}`,
  ],
  ...[
    ' '.repeat(70_000),
    `"${'x'.repeat(65_000)}"`,
    `${fit} `,
    `${fit}${fit}`,
    fit.slice(0, -1),
    fit.slice(1),
    `[${fit}]`,
  ],
  ...[
    fit.replace('{', '{"userId":7,'),
    fit.replace('}', ',"x":1}'),
    fit.replaceAll(/\d+/g, '1e999'),
    fit.replaceAll(/\d+/g, '"$&"'),
  ],
]

const hostileText = (fit: string): Arbitrary<string> => fc.constantFrom(...hostileTexts(fit))

/** One field of the object is another, is gone, or is one too many. */
function corrupted(value: unknown): Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return hostileValue
  const fields = Object.keys(value)
  const own = fields.length === 0 ? fc.constant('x') : fc.constantFrom(...fields)
  const name = fc.oneof(
    own,
    own,
    own,
    fc.constantFrom('__proto__', 'constructor', 'x', '', 'y'.repeat(5_000)),
    fc.string(),
  )
  return fc.tuple(name, fc.option(hostileValue, { nil: undefined })).map(([field, odd]) => {
    const entries = Object.entries(value).filter(([known]) => known !== field)
    // By entries, so that `__proto__` becomes a field like others.
    return Object.fromEntries(odd === undefined ? entries : [...entries, [field, odd]])
  })
}

const json = (value: unknown) => JSON.stringify(value) ?? ''

/** A body that fits, or does not, in any of many ways. `schema`: none, when the operation takes no body. */
export function body(schema: Schema | undefined, isHostile: boolean): Arbitrary<string | undefined> {
  if (schema === undefined)
    return isHostile ? fc.option(hostileText('{"userId":1}'), { nil: undefined }) : fc.constant(undefined)
  const fit = fitting(schema)
  if (!isHostile) return fit.map(json)
  return fc.oneof(
    { weight: 4, arbitrary: fit.chain(corrupted).map(json) },
    { weight: 3, arbitrary: fit.map(json).chain(hostileText) },
    { weight: 1, arbitrary: hostileValue.map(json) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

/** As `body`, for a form. */
export function form(schema: Schema, isHostile: boolean): Arbitrary<string | undefined> {
  const fit = fitting(schema).map((fields) => new URLSearchParams(fields as Record<string, string>).toString())
  return isHostile ? fc.oneof(fit.chain(hostileText), fc.constant(undefined), hostileValue.map(json)) : fit
}
