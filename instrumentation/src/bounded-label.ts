/** What stands in a label for values that are malformed or one too many. */
export const OTHER = 'other'

/** Names as code writes them: error codes, operations, tables, reasons. */
const NAME = /^[A-Za-z0-9_.:-]{1,64}$/

export interface BoundedLabelOptions {
  /** How many distinct values are let through; later ones become `other`. */
  max: number
  /** @default letters, digits and `_ . : -`, at most 64 characters */
  pattern?: RegExp
}

/**
 * A filter for label values that makes a metric's size a constant: each value is either well formed and among the first
 * `max`, or `other`. The empty string (no value) always passes.
 */
export function boundedLabel({ max, pattern = NAME }: BoundedLabelOptions): (value: string) => string {
  const known = new Set<string>([''])
  return (value) => {
    if (known.has(value)) return value
    if (known.size > max || !pattern.test(value)) return OTHER
    known.add(value)
    return value
  }
}
