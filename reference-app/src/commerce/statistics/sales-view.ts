import type { View } from '../../platform/controls/action.ts'
import { Problem } from '../../platform/problem/problem.ts'
import { KEPT_HOURS, type StatisticsStore } from './statistics-store.ts'

const HOURS = { default: 24, max: KEPT_HOURS }

/** What an incident has cost, for its report. */
export function salesView(statistics: StatisticsStore): View {
  return {
    path: '/statistics/sales',
    does: `what was sold, by hour, product and concert; \`?hours=\` up to ${HOURS.max} (${HOURS.default})`,
    show: ({ hours }) => statistics.sales(hoursOf(hours)),
  }
}

function hoursOf(text: unknown): number {
  if (text === undefined) return HOURS.default
  const hours = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (hours >= 1 && hours <= HOURS.max) return hours
  throw new Problem('invalid_request', `hours must be a whole number from 1 to ${HOURS.max}.`)
}
