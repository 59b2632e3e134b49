import {
  FieldColorModeId,
  GraphDrawStyle,
  type GraphFieldConfig,
  GraphGradientMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LineInterpolation,
  type Panel,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/schema'
import type { Options } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
import { type PanelText, panelBase } from './panel.ts'
import { type SeriesStyle, seriesStyles } from './series-style.ts'
import { alertLine, alertLines, type Bound, isAbove } from './steps.ts'

export interface GraphPanel extends PanelText {
  /** The alert whose number is drawn as a dashed line, always in sight, in the colour of its severity. @default none */
  alert?: Bound
  /** The same for several alerts on one figure. @default none */
  alerts?: readonly Bound[]
  /** @default Grafana's palette, by order of appearance */
  styles?: readonly SeriesStyle[]
  /** Series on top of each other: only for parts of a whole. @default false */
  stacked?: boolean
  /** For values that jump, such as 0 and 1. @default false */
  stepped?: boolean
  /** What stands there when the query returns nothing. @default Grafana's "No data" */
  noValue?: string
  /** Upper end of the axis, in the panel's unit. @default as the data needs */
  max?: number
}

/** Values over time, from zero. */
export function graph(panel: GraphPanel): Panel {
  const options: Options = {
    legend: { calcs: [], displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true },
    tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
  }
  return {
    ...panelBase('timeseries', panel),
    fieldConfig: {
      defaults: {
        color: { mode: FieldColorModeId.PaletteClassic },
        custom: { ...lines(panel) },
        min: 0,
        ...(panel.max === undefined ? {} : { max: panel.max }),
        ...(panel.noValue === undefined ? {} : { noValue: panel.noValue }),
        thresholds: panel.alert ? alertLine(panel.alert) : alertLines(panel.alerts ?? []),
        unit: panel.unit,
      },
      overrides: seriesStyles(panel.styles ?? []),
    },
    options: { ...options },
  }
}

function lines({ stacked = false, stepped = false, alert, alerts = [] }: GraphPanel): GraphFieldConfig {
  const drawn = alert === undefined ? alerts : [alert]
  const above = drawn.filter(isAbove).map(({ value }) => value)
  return {
    ...(above.length > 0 ? { axisSoftMax: Math.max(...above) } : {}),
    drawStyle: GraphDrawStyle.Line,
    fillOpacity: stacked ? 40 : 8,
    gradientMode: GraphGradientMode.None,
    lineInterpolation: stepped ? LineInterpolation.StepAfter : LineInterpolation.Linear,
    lineWidth: stacked ? 1 : 2,
    showPoints: VisibilityMode.Never,
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? StackingMode.Normal : StackingMode.None },
    thresholdsStyle: { mode: drawn.length > 0 ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off },
  }
}
