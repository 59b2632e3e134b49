import { CliError } from '@drillbook/content/errors'
import { type Param, type ParamValue, parseParam, wantedOf } from '../environment/param.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * The values of an action's parameters, from what was given as text and the defaults. All problems in one `usage`
 * error: unknown names, missing values, wrong types, out of range. Those named in `later` may be missing: their values
 * are not known yet.
 */
export function resolveParams(
  action: string,
  declared: Record<string, Param>,
  given: Readonly<Record<string, string>>,
  later: readonly string[] = [],
): Record<string, ParamValue> {
  const problems: string[] = []
  const values: Record<string, ParamValue> = {}
  for (const name of [...Object.keys(given), ...later]) {
    if (!Object.hasOwn(declared, name)) problems.push(`it has no parameter ${name}`)
  }
  for (const [name, param] of Object.entries(declared)) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined
    const value = text === undefined ? param.default : parseParam(param, text)
    if (value !== undefined) values[name] = value
    else if (later.includes(name)) continue
    else if (text === undefined) problems.push(`${name} is missing: ${wantedOf(param)}${meaning(param)}`)
    else problems.push(`${name} has to be ${wantedOf(param)}, not ${JSON.stringify(text)}`)
  }
  if (problems.length > 0) {
    throw new CliError('usage', `the parameters of ${action} are wrong: ${problems.join('; ')}`, {
      hint: `Give them as --param name=value. ${action} knows: ${Object.keys(declared).join(', ') || 'none'}.`,
    })
  }
  return values
}

function meaning({ summary }: Param): string {
  return summary === undefined ? '' : ` (${summary})`
}

/** Replaces `${name}`; a string that is nothing but one placeholder takes the value with its type. */
export function substitute<T extends Json>(template: T, values: Readonly<Record<string, ParamValue>>): T
export function substitute(template: Json, values: Readonly<Record<string, ParamValue>>): Json {
  if (typeof template === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(template)?.[1]
    if (whole !== undefined && Object.hasOwn(values, whole)) return values[whole] ?? null
    return template.replace(/\$\{(\w+)\}/g, (match, key: string) =>
      Object.hasOwn(values, key) ? String(values[key]) : match,
    )
  }
  if (Array.isArray(template)) return template.map((item) => substitute(item, values))
  if (template !== null && typeof template === 'object') {
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, substitute(value, values)]))
  }
  return template
}
