import { MappingType, type ValueMapping } from '@grafana/schema'

/** Words and colours in place of values: `{ '0': { text: 'DOWN', color: 'red' } }`. */
export function words(options: Record<string, { text?: string; color?: string }>): ValueMapping[] {
  const indexed = Object.entries(options).map(([value, result], index) => [value, { ...result, index }])
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(indexed) }]
}
