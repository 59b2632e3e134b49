import { z } from 'zod'

const MAX_LENGTH = 200

const fields = z.strictObject({
  type: z.enum(['integer', 'number', 'string', 'boolean']),
  /** What it means, for the responder who has to enter it. */
  summary: z.string().optional(),
  /** Of an integer or a number. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Of a string. @default 200 */
  maxLength: z.number().int().positive().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
})

/** A parameter of an action: `${name}` stands for it anywhere in a string of `json`, `path`, `at` or `exec`. */
export const param = fields.superRefine((value, context) => {
  const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  const numeric = value.type === 'integer' || value.type === 'number'
  for (const bound of ['min', 'max'] as const) {
    if (value[bound] !== undefined && !numeric) wrong(bound, `only an integer or a number has one, not a ${value.type}`)
  }
  if (value.maxLength !== undefined && value.type !== 'string') wrong('maxLength', 'only a string has one')
  if (value.min !== undefined && value.max !== undefined && value.min > value.max) wrong('min', 'is above max')
  if (value.default !== undefined && parseParam(value, String(value.default)) !== value.default) {
    wrong('default', `has to be ${wantedOf(value)}`)
  }
})

export type Param = z.infer<typeof param>
export type ParamValue = string | number | boolean

/**
 * The value that a text stands for. Undefined: it is not what `wantedOf` says. A number is written with a point,
 * without an exponent.
 */
export function parseParam(param: Param, text: string): ParamValue | undefined {
  switch (param.type) {
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : undefined
    case 'integer':
      return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? within(param, Number(text)) : undefined
    case 'number':
      return /^-?(\d+|\d*\.\d+)$/.test(text) ? within(param, Number(text)) : undefined
    case 'string':
      // Half a surrogate pair, as JSON can hold it, cannot be sent in a path.
      if (!text.isWellFormed()) return undefined
      // Below the space are line breaks and the like; other control characters are escaped where they are shown.
      return text.length <= (param.maxLength ?? MAX_LENGTH) && !/[^ -\u{10ffff}]/u.test(text) ? text : undefined
  }
}

/** For sentences: "an integer from 1 to 100". */
export function wantedOf({ type, min, max, maxLength }: Param): string {
  switch (type) {
    case 'boolean':
      return 'true or false'
    case 'string':
      return `a text of at most ${maxLength ?? MAX_LENGTH} characters on one line`
    default: {
      const what = type === 'integer' ? 'an integer' : 'a number'
      if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`
      if (min !== undefined) return `${what} of at least ${min}`
      return max === undefined ? what : `${what} of at most ${max}`
    }
  }
}

function within({ min = -Infinity, max = Infinity }: Param, value: number): number | undefined {
  return Number.isFinite(value) && value >= min && value <= max ? value : undefined
}
