/**
 * Remembers what `make` returned for each combination of label values, so that a metric's child is resolved once and
 * not on every observation. Bound the values first: entries are never forgotten.
 */
export function children<Values extends readonly string[], Child>(
  make: (...values: Values) => Child,
): (...values: Values) => Child {
  const known = new Map<string, Child>()
  return (...values) => {
    const key = values.join('\n')
    const existing = known.get(key)
    if (existing !== undefined) return existing
    const child = make(...values)
    known.set(key, child)
    return child
  }
}
