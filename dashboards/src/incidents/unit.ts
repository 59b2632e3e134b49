import type { AlertRule } from '../rules/rule-files.ts'

/** Functions of alert templates that say what a value is. */
const BY_TEMPLATE = [
  ['humanizePercentage', 'percentunit'],
  ['humanizeDuration', 's'],
  ['humanizeTimestamp', 'dateTimeAsIso'],
  ['humanize1024', 'bytes'],
] as const

/** Endings of words in metric names: the base units of Prometheus, and ours for recorded names. */
const BY_NAME = [
  [/_seconds(?!_total|_count|_bucket)/, 's'],
  [/_bytes(?!_total)/, 'bytes'],
  [/ratio/, 'percentunit'],
  [/per_minute/, 'opm'],
  [/:rate\d+[smhd]|\brate\(/, 'ops'],
] as const

/** Grafana's unit for what an alert compares: as its description formats the value, else as the name says, else none. */
export function unitOf({ annotations }: AlertRule, plotted: string): string {
  const description = annotations.description ?? ''
  const said = BY_TEMPLATE.find(([name]) => new RegExp(`\\$value \\| ${name}\\b`).test(description))
  return said?.[1] ?? BY_NAME.find(([pattern]) => pattern.test(plotted))?.[1] ?? 'short'
}
