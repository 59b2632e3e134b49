import type { Threshold } from './thresholds.ts'

type Sentenced = Pick<Threshold, 'alert' | 'severity' | 'operator' | 'value' | 'times' | 'for' | 'incident'>

/**
 * "**CacheErrorsHigh** (warning) fires at >= 100 lookups/s for 30s: `drillbook respond cache-outage`." Every figure is
 * the rule's, so the panel never says another than the alert.
 */
export function alertSentence(threshold: Sentenced, unit = ''): string {
  const { alert, severity, operator, value, times, incident } = threshold
  const bound = [
    `${operator} ${value}`,
    times === undefined ? '' : ' times normal',
    unit === '' ? '' : ` ${unit}`,
  ].join('')
  return `**${alert}** (${severity}) fires at ${bound} for ${threshold.for}: \`drillbook respond ${incident}\`.`
}
