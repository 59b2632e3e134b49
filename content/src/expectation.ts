const OPERATORS = ['<=', '>=', '==', '!=', '<', '>'] as const
type Operator = (typeof OPERATORS)[number]

/** To the base unit in which Prometheus counts: ratios, seconds, bytes. */
const FACTOR: Record<string, number> = {
  '': 1,
  '%': 0.01,
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** `>= 90%`: an operator and a number with an optional unit. `text` is as written, for people. */
export interface Expectation {
  text: string
  operator: Operator
  /** In base units: 0.9 for "90%", 0.25 for "250ms". */
  threshold: number
  unit: string
}

/** Undefined when the text is not an expectation. */
export function parseExpectation(text: string): Expectation | undefined {
  const match = /^\s*(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%|ms|s|m|h|KiB|MiB|GiB)?\s*$/i.exec(text)
  if (match === null) return undefined
  const operator = OPERATORS.find((o) => o === match[1])
  const unit = Object.keys(FACTOR).find((u) => u.toLowerCase() === (match[3] ?? '').toLowerCase())
  if (operator === undefined || unit === undefined) return undefined
  return { text: text.trim(), operator, threshold: Number(match[2]) * (FACTOR[unit] ?? 1), unit }
}

/** NaN holds for no operator. */
export function holdsFor(expectation: Expectation, value: number): boolean {
  if (Number.isNaN(value)) return false
  switch (expectation.operator) {
    case '<':
      return value < expectation.threshold
    case '<=':
      return value <= expectation.threshold
    case '>':
      return value > expectation.threshold
    case '>=':
      return value >= expectation.threshold
    case '==':
      return value === expectation.threshold
    case '!=':
      return value !== expectation.threshold
  }
}

/** Every series must hold; an empty result does not hold unless `emptyHolds`. */
export function holds(expectation: Expectation, samples: readonly { value: number }[], emptyHolds = false): boolean {
  return samples.length === 0 ? emptyHolds : samples.every((s) => holdsFor(expectation, s.value))
}

/** A value in the unit in which its threshold was written: 0.934 against "90%" is "93.4 %". */
export function formatValue(value: number, unit: string): string {
  const scaled = value / (FACTOR[unit] ?? 1)
  const digits = Math.abs(scaled) >= 100 || Number.isInteger(scaled) ? 0 : Math.abs(scaled) >= 10 ? 1 : 2
  return `${Number.isFinite(scaled) ? scaled.toFixed(digits) : String(scaled)}${unit === '' ? '' : ` ${unit}`}`
}
