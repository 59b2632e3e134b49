import { followed, MAX_ID, type Schema } from './values.ts'

/** Half a pair, and what no text of Postgres holds. */
const ODD_TEXTS = ['', ' ', 'a\0b', '\ud800', '\udc00a', '\ufeffa', '\u202ea', 'é', '😀', '%00', "' or 1=1; --"]
const ODD_NUMBERS = [-1, 0, 0.5, 1e308, 2 ** 31, 2 ** 32 + 1, 2 ** 53, -(2 ** 31) - 1]
const ODD_KINDS: unknown[] = [null, true, '1', '0x1', [], [1], {}, { toString: 1 }]

/** Values on the limits of the schema, just beyond them, and of other kinds; without undefined. */
export function edgesOf(given: Schema): unknown[] {
  const schema = followed(given)
  if (schema.enum !== undefined)
    return [...schema.enum, `${schema.enum[0]} `, 'constructor', ...ODD_TEXTS, 1, ...ODD_KINDS]
  if (schema.type === 'object') return [...ODD_KINDS, 1, ''] // its fields: see bodies
  if (schema.type === 'array') return [...arrays(schema), ...ODD_KINDS, 1, 'x']
  if (schema.type === 'integer') {
    const { minimum = 1, maximum = MAX_ID } = schema
    return [minimum - 1, minimum, minimum + 0.5, maximum - 1, maximum, maximum + 1, ...ODD_NUMBERS, ...ODD_KINDS]
  }
  const { minLength = 0, maxLength = 128 } = schema
  const long = ['x', 'é', '😀'].flatMap((character) => [character.repeat(maxLength), character.repeat(maxLength + 1)])
  return ['x'.repeat(minLength), ...long, ...ODD_TEXTS, 1, ...ODD_KINDS.filter((value) => typeof value !== 'string')]
}

function arrays({ items = {}, minItems = 0, maxItems = 100 }: Schema): unknown[] {
  const some = (length: number) => Array.from({ length }, (_, i) => i + 1)
  const odd = followed(items).type === 'object' ? [] : edgesOf(items).map((value) => [1, value])
  return [some(minItems), some(maxItems), some(maxItems + 1), [1, 1], ...odd]
}

/** All values like this one with one thing changed: a field gone, one too many, or one on an edge of its schema, at any depth. */
export function nearlyOf(given: Schema, value: unknown): unknown[] {
  const schema = followed(given)
  if (schema.type === 'array' && Array.isArray(value)) {
    const [first, ...others] = value
    const inside = nearlyOf(schema.items ?? {}, first).map((odd) => [odd, ...others])
    return [...edgesOf(schema), ...(followed(schema.items ?? {}).type === 'object' ? inside : [])]
  }
  if (schema.type !== 'object' || typeof value !== 'object' || value === null) return edgesOf(schema)
  const fields = Object.entries(value)
  const without = (name: string) => fields.filter(([known]) => known !== name)
  // By entries, so that `__proto__` becomes a field like others.
  const changed = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    nearlyOf(inner, (value as Record<string, unknown>)[name]).map((odd) =>
      Object.fromEntries([...without(name), [name, odd]]),
    ),
  )
  const more = ['x', '', '__proto__', 'constructor', 'userid'].map((name) => Object.fromEntries([...fields, [name, 1]]))
  return [...edgesOf(schema), ...fields.map(([name]) => Object.fromEntries(without(name))), ...more, ...changed]
}

/** A number in a path, written in ways that it may not be, and numbers that no table holds. */
export const ODD_SEGMENTS = [
  ...[
    String(MAX_ID),
    String(MAX_ID + 1),
    '4294967297',
    '9007199254740993',
    '9'.repeat(400),
    '0',
    '-1',
    '1.0',
    '01',
    '1e3',
    '+1',
  ],
  ...[
    '%31',
    '%00',
    '1%00',
    '%ff',
    '%',
    '%C0%80',
    '%ED%A0%80',
    '%F0%9F%92%A9',
    '%20',
    '1%20',
    '%2e%2e',
    '1%2f2',
    '1;x=1',
    'null',
    '*',
  ],
]

/** Of any header that an operation reads. */
export const ODD_HEADER_VALUES = [
  '',
  ' ',
  'x',
  'a b',
  'a,b',
  '\u00e9',
  '\u0080',
  'a\tb',
  'x'.repeat(128),
  'x'.repeat(129),
  'x'.repeat(513),
  '1',
  '-1',
  '2147483648',
  '__proto__',
]
