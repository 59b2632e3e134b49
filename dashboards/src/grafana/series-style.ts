import { FieldColorModeId, type FieldConfigSource } from '@grafana/schema'

export type Override = FieldConfigSource['overrides'][number]

/** How series are drawn that Grafana would otherwise colour by their place in the legend. */
export interface SeriesStyle {
  /** The legend text, or a regular expression for it. */
  series: string | RegExp
  colour: string
  /** `bound` is a dashed line without fill: a limit or a threshold, no measurement. @default 'measured' */
  as?: 'measured' | 'bound'
  /** Several series in shades of the one colour, told apart by the tooltip. @default false */
  shades?: boolean
}

export function seriesStyles(styles: readonly SeriesStyle[]): Override[] {
  return styles.map(({ series, colour, as = 'measured', shades = false }) => ({
    matcher:
      typeof series === 'string' ? { id: 'byName', options: series } : { id: 'byRegexp', options: String(series) },
    properties: [
      {
        id: 'color',
        value: { mode: shades ? FieldColorModeId.Shades : FieldColorModeId.Fixed, fixedColor: colour },
      },
      ...(as === 'bound' ? BOUND : []),
    ],
  }))
}

const BOUND: Override['properties'] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.stacking', value: { group: 'A', mode: 'none' } },
]
