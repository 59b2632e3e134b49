import { type ThresholdsConfig, ThresholdsMode } from '@grafana/schema'
import type { Threshold } from '../rules/thresholds.ts'
import { COLOURS } from './colours.ts'

/** Grafana colours a value by the highest step at or below it; this is the least step above a bound that is itself bad. */
const JUST_ABOVE = 1e-9

export type Bound = Pick<Threshold, 'operator' | 'value' | 'severity'>

/** Green on the good side of the alert's number, the colour of the alert's severity on the other. */
export function alertSteps(bound: Bound): ThresholdsConfig {
  return stepsAt(bound, COLOURS.good)
}

/**
 * The same for a line over a graph. Grafana draws it in the colour of the side above, unless that is `transparent`:
 * then it takes the side below. So the line of an alert on low values has its severity's colour, too.
 */
export function alertLine(bound: Bound): ThresholdsConfig {
  return stepsAt(bound, 'transparent')
}

/**
 * Lines over a graph for several alerts on one figure, such as a warning and a critical one. Where some start above and
 * some below, those that start above are drawn.
 */
export function alertLines(bounds: readonly Bound[]): ThresholdsConfig {
  const above = bounds.filter((bound) => isAbove(bound)).sort((a, b) => a.value - b.value)
  const below = bounds.filter((bound) => !isAbove(bound)).sort((a, b) => a.value - b.value)
  if (above.length > 0) {
    return lines(
      'transparent',
      above.map(({ operator, value, severity }) => ({
        color: COLOURS[severity],
        value: operator === '>' ? value + JUST_ABOVE : value,
      })),
    )
  }
  const [lowest] = below
  if (lowest === undefined) return NO_STEPS
  const upTo = below.map(({ operator, value }, index) => {
    const next = below[index + 1]
    const color = next === undefined ? 'transparent' : COLOURS[next.severity]
    return { color, value: operator === '<' ? value : value + JUST_ABOVE }
  })
  return lines(COLOURS[lowest.severity], upTo)
}

/** Whether the bad side of an alert's number is above it. Gauges that are compared with 0 by `==` are never negative. */
export function isAbove({ operator, value }: Pick<Bound, 'operator' | 'value'>): boolean {
  return operator.startsWith('>') || (operator === '==' && value !== 0)
}

function lines(base: string, steps: { color: string; value: number }[]): ThresholdsConfig {
  return { mode: ThresholdsMode.Absolute, steps: [{ color: base, value: null }, ...steps] }
}

function stepsAt({ operator, value, severity }: Bound, good: string): ThresholdsConfig {
  const bad = COLOURS[severity]
  switch (operator) {
    case '>':
      return steps(good, value + JUST_ABOVE, bad)
    case '>=':
      return steps(good, value, bad)
    case '<':
      return steps(bad, value, good)
    // `== 0` is asked of gauges that are never negative, so it is the same as `<= 0`.
    case '<=':
    case '==':
      return steps(bad, value + JUST_ABOVE, good)
    case '!=':
      throw new Error(`an alert that fires at != ${value} has no good side to colour`)
  }
}

/** For counts of bad things: any at all takes the colour. */
export function anySteps(colour: string): ThresholdsConfig {
  return steps(COLOURS.good, 1, colour)
}

/** For values that nothing is compared with. */
export const NO_STEPS: ThresholdsConfig = {
  mode: ThresholdsMode.Absolute,
  steps: [{ color: COLOURS.neutral, value: null }],
}

function steps(below: string, value: number, fromThere: string): ThresholdsConfig {
  return lines(below, [{ color: fromThere, value }])
}
