import { nodesOf, parsePromql, selectedMetric, textOf } from '@drillbook/content/rules/promql'
import type { Recordings } from './recording-rules.ts'

/** A selector of an expression, e.g. `cache_lookups_total{result="error"}`. */
export interface Selector {
  text: string
  metric: string
}

/** Something that an alert reads and that has no samples. */
export interface Gap {
  selector: string
  /** The recorded names through which the alert reads it, outermost first. */
  via: string[]
  /** True: a recording rule whose own inputs are all there. */
  inputsExist: boolean
}

export function selectorsOf(promql: string): Selector[] {
  const expression = parsePromql(promql)
  return nodesOf(expression, 'VectorSelector').flatMap((node) => {
    const metric = selectedMetric(expression, node)
    return metric === undefined ? [] : [{ text: textOf(expression, node), metric }]
  })
}

/**
 * The gaps behind an expression. `shallow`: recorded names that have samples are believed; `deep`: everything below
 * them is looked at, too (an `or` may hide that one of its sides is dead).
 */
export async function gapsOf(
  promql: string,
  recordings: Recordings,
  hasSamples: (selector: string) => Promise<boolean>,
  depth: 'shallow' | 'deep',
): Promise<Gap[]> {
  const asked = new Map<string, boolean>()
  const present = async (selector: string) => {
    const known = asked.get(selector) ?? (await hasSamples(selector))
    asked.set(selector, known)
    return known
  }
  const below = async (expression: string, via: string[]): Promise<Gap[]> => {
    const gaps: Gap[] = []
    for (const { text, metric } of selectorsOf(expression)) {
      if (via.includes(metric)) continue
      const isPresent = await present(text)
      if (isPresent && depth === 'shallow') continue
      const inner: Gap[] = []
      for (const recorded of recordings.get(metric)?.expressions ?? [])
        inner.push(...(await below(recorded, [...via, metric])))
      if (inner.length > 0) gaps.push(...inner)
      else if (!isPresent) gaps.push({ selector: text, via, inputsExist: recordings.has(metric) })
    }
    return gaps
  }
  const gaps = await below(promql, [])
  return gaps.filter((gap, i) => gaps.findIndex((other) => other.selector === gap.selector) === i)
}
