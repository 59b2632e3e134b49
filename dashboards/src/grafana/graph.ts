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
import type { Threshold } from '../rules/thresholds.ts'
import { type PanelText, panelBase } from './panel.ts'
import { type SeriesStyle, seriesStyles } from './series-style.ts'
import { alertLine, NO_STEPS } from './steps.ts'

export interface GraphPanel extends PanelText {
  /** The alert whose number is drawn as a dashed line, always in sight, in the colour of its severity. @default none */
  alert?: Threshold
  /** @default Grafana's palette, by order of appearance */
  styles?: readonly SeriesStyle[]
  /** Series on top of each other: only for parts of a whole. @default false */
  stacked?: boolean
  /** For values that jump, such as 0 and 1. @default false */
  stepped?: boolean
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
        thresholds: panel.alert ? alertLine(panel.alert) : NO_STEPS,
        unit: panel.unit,
      },
      overrides: seriesStyles(panel.styles ?? []),
    },
    options: { ...options },
  }
}

function lines({ stacked = false, stepped = false, alert }: GraphPanel): GraphFieldConfig {
  return {
    ...(alert?.operator.startsWith('>') ? { axisSoftMax: alert.value } : {}),
    drawStyle: GraphDrawStyle.Line,
    fillOpacity: stacked ? 40 : 8,
    gradientMode: GraphGradientMode.None,
    lineInterpolation: stepped ? LineInterpolation.StepAfter : LineInterpolation.Linear,
    lineWidth: stacked ? 1 : 2,
    showPoints: VisibilityMode.Never,
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? StackingMode.Normal : StackingMode.None },
    thresholdsStyle: { mode: alert ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off },
  }
}
