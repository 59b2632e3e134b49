import type { DataQuery } from '@grafana/schema'
import { DATASOURCE } from './datasource.ts'

/** One PromQL question of a panel. */
export interface Query {
  expr: string
  /** Legend with `{{label}}` places. @default Grafana's `__auto` */
  legend?: string
  /** Ask for the value now instead of its course; for tables. @default false */
  instant?: boolean
}

/** A Prometheus query as Grafana stores it in a panel; its type is not part of `@grafana/schema`. */
export interface PrometheusTarget extends DataQuery {
  editorMode: 'code'
  expr: string
  format: 'time_series' | 'table'
  instant: boolean
  legendFormat: string
  range: boolean
}

/** refIds are letters in order of appearance, so that they stay the same from one generation to the next. */
export function targets(queries: readonly Query[]): (PrometheusTarget & Record<string, unknown>)[] {
  return queries.map(({ expr, legend = '__auto', instant = false }, index) => ({
    datasource: DATASOURCE,
    editorMode: 'code',
    expr,
    format: instant ? 'table' : 'time_series',
    instant,
    legendFormat: legend,
    range: !instant,
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
  }))
}
