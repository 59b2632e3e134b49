import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
  VizOrientation,
} from '@grafana/schema'
import type { Options } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import { type PanelText, panelBase } from './panel.ts'
import { NO_STEPS } from './steps.ts'

export interface StatPanel extends PanelText {
  /** @default no colour */
  thresholds?: ThresholdsConfig
  /** Words for values, such as UP for 1. @default none */
  mappings?: ValueMapping[]
  /** What stands there when the query returns nothing. @default Grafana's "No data" */
  noValue?: string
  decimals?: number
  /** The series' name beside the value: for panels with one value per instance. @default false */
  named?: boolean
}

type StatOptions = Omit<Options, 'percentChangeColorMode' | 'showPercentChange'>

/** The latest value in large figures, with its course behind it. */
export function stat(panel: StatPanel): Panel {
  const options: StatOptions = {
    colorMode: BigValueColorMode.Value,
    graphMode: BigValueGraphMode.Area,
    justifyMode: BigValueJustifyMode.Auto,
    orientation: VizOrientation.Auto,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    textMode: panel.named ? BigValueTextMode.ValueAndName : BigValueTextMode.Value,
    wideLayout: true,
  }
  return {
    ...panelBase('stat', panel),
    fieldConfig: {
      defaults: {
        color: { mode: FieldColorModeId.Thresholds },
        ...(panel.decimals === undefined ? {} : { decimals: panel.decimals }),
        mappings: panel.mappings ?? [],
        ...(panel.noValue === undefined ? {} : { noValue: panel.noValue }),
        thresholds: panel.thresholds ?? NO_STEPS,
        unit: panel.unit,
      },
      overrides: [],
    },
    options: { ...options },
  }
}
