import { FieldColorModeId, type Panel, TableCellHeight, type ValueMapping } from '@grafana/schema'
import { type PanelText, panelBase } from './panel.ts'
import type { Override } from './series-style.ts'
import { NO_STEPS } from './steps.ts'

export interface Column {
  /** The label that fills it; `Value` is the query's value, in the panel's unit. */
  from: string
  title: string
  /** Words and colours for values; the text takes the colour. @default none */
  mappings?: ValueMapping[]
}

export interface TablePanel extends PanelText {
  /** From left to right. The query aggregates by exactly these labels; its value is shown only if it is named here. */
  columns: readonly Column[]
  /** What stands there when the query returns nothing. */
  noValue: string
}

/** One row per series of a single instant query. */
export function table(panel: TablePanel): Panel {
  const { columns } = panel
  return {
    ...panelBase('table', panel),
    fieldConfig: {
      defaults: {
        color: { mode: FieldColorModeId.Thresholds },
        custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
        noValue: panel.noValue,
        thresholds: NO_STEPS,
        unit: panel.unit,
      },
      overrides: columns.flatMap(columnOverride),
    },
    options: { cellHeight: TableCellHeight.Sm, showHeader: true },
    transformations: [
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true, Value: columns.every(({ from }) => from !== 'Value') },
          indexByName: Object.fromEntries(columns.map(({ from }, index) => [from, index])),
          renameByName: Object.fromEntries(columns.map(({ from, title }) => [from, title])),
        },
      },
    ],
  }
}

function columnOverride({ title, mappings }: Column): Override[] {
  if (mappings === undefined) return []
  return [
    {
      matcher: { id: 'byName', options: title },
      properties: [
        { id: 'mappings', value: mappings },
        { id: 'custom.cellOptions', value: { type: 'color-text' } },
      ],
    },
  ]
}
