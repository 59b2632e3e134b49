/** Collects what is wrong with a payload, each with the path to it: `attachments[0].color: ...`. */
export class Findings {
  readonly problems: string[] = []
  private readonly path: string

  constructor(path = '', problems: string[] = []) {
    this.path = path
    this.problems = problems
  }

  at(key: string | number): Findings {
    const path = typeof key === 'number' ? `${this.path}[${key}]` : this.path === '' ? key : `${this.path}.${key}`
    return new Findings(path, this.problems)
  }

  add(message: string): void {
    this.problems.push(this.path === '' ? message : `${this.path}: ${message}`)
  }
}

export type JsonObject = { [key: string]: unknown }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As people count: an emoji is one. */
export function characters(text: string): number {
  return [...text].length
}

/** A string of `min` to `max` characters. Absent is right unless `required`. */
export function checkString(
  owner: JsonObject,
  key: string,
  found: Findings,
  limit: { min?: number; max?: number; required?: boolean },
): void {
  const value = owner[key]
  const here = found.at(key)
  if (value === undefined || value === null) {
    if (limit.required) here.add('is missing')
    return
  }
  if (typeof value !== 'string') {
    here.add(`must be a string, not ${nameOf(value)}`)
    return
  }
  const length = characters(value)
  if (length < (limit.min ?? 0)) here.add('must not be empty')
  if (limit.max !== undefined && length > limit.max) here.add(`has ${length} characters; ${limit.max} are allowed`)
}

export function checkBoolean(owner: JsonObject, key: string, found: Findings): void {
  const value = owner[key]
  if (value !== undefined && typeof value !== 'boolean')
    found.at(key).add(`must be true or false, not ${nameOf(value)}`)
}

/** An http(s) or mailto address. Empty counts as absent: Alertmanager sends empty ones. */
export function checkUrl(owner: JsonObject, key: string, found: Findings, max?: number): void {
  const value = owner[key]
  if (value === undefined || value === '') return
  checkString(owner, key, found, max === undefined ? {} : { max })
  if (typeof value === 'string' && !/^(https?:|mailto:)$/.test(URL.parse(value)?.protocol ?? '')) {
    found.at(key).add('is not an http, https or mailto address')
  }
}

export function checkOneOf(owner: JsonObject, key: string, allowed: readonly string[], found: Findings): void {
  const value = owner[key]
  if (value === undefined) return
  if (typeof value !== 'string' || !allowed.includes(value)) {
    found.at(key).add(`${JSON.stringify(value)} is none of ${allowed.join(', ')}`)
  }
}

/** The array's objects, each with its findings; whatever is no object, or too many or few, is a finding. */
export function checkObjects(
  owner: JsonObject,
  key: string,
  found: Findings,
  limit: { min?: number; max?: number; required?: boolean },
): [JsonObject, Findings][] {
  const value = owner[key]
  const here = found.at(key)
  if (value === undefined) {
    if (limit.required) here.add('is missing')
    return []
  }
  if (!Array.isArray(value)) {
    here.add(`must be a list, not ${nameOf(value)}`)
    return []
  }
  if (value.length < (limit.min ?? 0)) here.add(`needs at least ${limit.min}`)
  if (limit.max !== undefined && value.length > limit.max) here.add(`has ${value.length}; ${limit.max} are allowed`)
  const objects: [JsonObject, Findings][] = []
  for (const [i, item] of value.entries()) {
    if (isObject(item)) objects.push([item, here.at(i)])
    else here.at(i).add(`must be an object, not ${nameOf(item)}`)
  }
  return objects
}

export function nameOf(value: unknown): string {
  return value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`
}
