import type { Param } from '../environment/schema.ts'
import { CliError } from '../errors.ts'

export type ParamValue = string | number | boolean
type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * The values of an action's parameters, from what was given as text and the defaults. All problems in one `usage`
 * error: unknown names, missing values, wrong types, out of range.
 */
export function resolveParams(
  action: string,
  declared: Record<string, Param>,
  given: Readonly<Record<string, string>>,
): Record<string, ParamValue> {
  const problems: string[] = []
  const values: Record<string, ParamValue> = {}
  for (const name of Object.keys(given)) {
    if (!(name in declared)) problems.push(`it has no parameter ${name}`)
  }
  for (const [name, param] of Object.entries(declared)) {
    const text = given[name]
    if (text === undefined && param.default === undefined) problems.push(`${name} is missing (${param.type})`)
    else if (text === undefined) values[name] = param.default as ParamValue
    else {
      const value = parseParam(param, text)
      if (typeof value === 'object') problems.push(`${name}: ${value.problem}, not ${JSON.stringify(text)}`)
      else values[name] = value
    }
  }
  if (problems.length > 0) {
    throw new CliError('usage', `the parameters of ${action} are wrong: ${problems.join('; ')}`, {
      hint: `Give them as --param name=value. ${action} knows: ${Object.keys(declared).join(', ') || 'none'}.`,
    })
  }
  return values
}

function parseParam(param: Param, text: string): ParamValue | { problem: string } {
  switch (param.type) {
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : { problem: 'true or false' }
    case 'integer': {
      const value = Number(text)
      const [min, max] = [param.min ?? Number.MIN_SAFE_INTEGER, param.max ?? Number.MAX_SAFE_INTEGER]
      return /^-?\d+$/.test(text) && value >= min && value <= max
        ? value
        : { problem: `an integer from ${min} to ${max}` }
    }
    case 'string': {
      const max = param.maxLength ?? 200
      // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
      return text.length <= max && !/[\u0000-\u001f]/.test(text)
        ? text
        : { problem: `a text of at most ${max} characters on one line` }
    }
  }
}

/** Replaces `${name}`; a string that is nothing but one placeholder takes the value with its type. */
export function substitute<T extends Json>(template: T, values: Readonly<Record<string, ParamValue>>): T
export function substitute(template: Json, values: Readonly<Record<string, ParamValue>>): Json {
  if (typeof template === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(template)?.[1]
    if (whole !== undefined && whole in values) return values[whole] ?? null
    return template.replace(/\$\{(\w+)\}/g, (match, key: string) => (key in values ? String(values[key]) : match))
  }
  if (Array.isArray(template)) return template.map((item) => substitute(item, values))
  if (template !== null && typeof template === 'object') {
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, substitute(value, values)]))
  }
  return template
}
