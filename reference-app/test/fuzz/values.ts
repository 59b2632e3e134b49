import fc, { type Arbitrary } from 'fast-check'
import { description } from '../support/description.ts'

/** As much of JSON Schema as requests of the description use. */
export interface Schema {
  $ref?: string
  type?: string
  enum?: unknown[]
  const?: unknown
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  pattern?: string
  minLength?: number
  maxLength?: number
}

/** Users who come again and again, so that what one request leaves behind is met by the next. */
export const USERS = [1, 2, 3, 4]
export const MAX_ID = 2_147_483_647

/** One order of each user is paid, the payments of the two others came to nothing: ground.ts makes them, in this order. */
export const orderIdsOf = (userId: number): [paid: number, failed: number, failedToo: number] => [
  userId,
  userId + USERS.length,
  userId + 2 * USERS.length,
]

/** What there is, by the name of its field: the seeds, and what runs like this one make first. */
const KNOWN: Record<string, Arbitrary<number>> = {
  userId: fc.constantFrom(...USERS),
  concertId: fc.constant(1),
  scheduleId: fc.constant(1),
  seatIds: fc.integer({ min: 1, max: 24 }),
  reservationId: fc.integer({ min: 1, max: 10 }),
  reservationIds: fc.integer({ min: 1, max: 10 }),
  productId: fc.integer({ min: 1, max: 5 }),
  couponId: fc.integer({ min: 1, max: 3 }),
  orderId: fc.integer({ min: 1, max: 15 }),
  quantity: fc.integer({ min: 1, max: 3 }),
  price: fc.constant(1),
}

export function followed(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : ((description.components.schemas as Record<string, Schema>)[name] ?? {})
}

/** What fits the schema: mostly what exists, by the name of the field, else anything between the limits and on them. */
export function fitting(given: Schema, name = ''): Arbitrary<unknown> {
  const schema = followed(given)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([field, inner]) => [field, fitting(inner, field)])
    return fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] })
  }
  if (schema.type === 'array') {
    const { items = {}, minItems = 0, maxItems = 100 } = schema
    const some = { minLength: minItems, maxLength: Math.min(maxItems, 5) }
    return schema.uniqueItems ? fc.uniqueArray(fitting(items, name), some) : fc.array(fitting(items, name), some)
  }
  if (schema.type === 'integer') return integer(schema, name)
  return text(schema)
}

function integer({ minimum = 1, maximum = MAX_ID }: Schema, name: string): Arbitrary<number> {
  const any = fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
  const known = KNOWN[name]
  return known === undefined ? any : fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: any })
}

function text({ pattern = '', minLength = 0, maxLength = 40 }: Schema): Arbitrary<string> {
  // A pattern for a whole text does not say how long it is; another one does.
  if (pattern !== '' && !pattern.startsWith('^[^')) return fc.stringMatching(new RegExp(pattern))
  const unit = fc.oneof(
    fc.constantFrom('a', 'é', '☂', '😀', '\u202e', "'", '"', '\\', '<', '%'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  )
  const fits = new RegExp(pattern, 'u')
  const any = fc.string({ unit, minLength, maxLength: Math.min(maxLength, 60) }).filter((text) => fits.test(text))
  // Lengths count characters, whatever they take.
  const longest = fc.constantFrom('x', 'é', '😀').map((character) => character.repeat(maxLength))
  return fc.oneof({ weight: 5, arbitrary: any }, { weight: 1, arbitrary: longest })
}

/** Values that have broken somebody's program before. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  // Just beyond what a table holds, and what no text of Postgres holds.
  fc.constantFrom<unknown>(MAX_ID + 1, 0, 1.5, 'a\0b', '\ud800'),
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, MAX_ID, MAX_ID + 1],
    ...[
      '',
      '0',
      '1',
      'NaN',
      '\0',
      'a\0b',
      '\ud800',
      '\udfff\ud800',
      "' or 1=1; --",
      '../../etc/passwd',
      '{{7*7}}',
      '$(id)',
    ],
    ...['x'.repeat(2_001), '☃'.repeat(2_000), [], {}, [[]], [null], { toString: 1 }, { length: 1e9 }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
)
