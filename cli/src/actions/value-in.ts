/** The value in an answer's JSON at these object keys and array indexes. Undefined: there is none. */
export function valueIn(json: unknown, keys: readonly string[]): unknown {
  let value = json
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
