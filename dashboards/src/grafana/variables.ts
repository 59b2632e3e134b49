import { VariableHide, type VariableModel, VariableRefresh, VariableSort } from '@grafana/schema'
import { DATASOURCE } from './datasource.ts'

/** A query variable as Grafana 10 to 13 store it; `definition` is what the variable list shows. */
interface LabelVariable extends VariableModel {
  definition: string
}

/** The choice of the Prometheus to ask. `default` becomes the first Prometheus where the default is something else. */
export const DATASOURCE_VARIABLE: VariableModel = {
  current: { selected: true, text: 'default', value: 'default' },
  hide: VariableHide.dontHide,
  includeAll: false,
  label: 'Data source',
  multi: false,
  name: 'datasource',
  options: [],
  query: 'prometheus',
  refresh: VariableRefresh.onDashboardLoad,
  regex: '',
  skipUrlSync: false,
  type: 'datasource',
}

/** A choice among the values that a label has on a metric: one, several or all. */
export function labelVariable(choice: {
  name: string
  label: string
  description: string
  metric: string
  of: string
  /** What "All" stands for. @default every value, so that series without the label are left out */
  all?: string
}): LabelVariable {
  const query = `label_values(${choice.metric}, ${choice.of})`
  return {
    ...(choice.all === undefined ? {} : { allValue: choice.all }),
    current: { selected: true, text: ['All'], value: ['$__all'] },
    datasource: DATASOURCE,
    definition: query,
    description: choice.description,
    hide: VariableHide.dontHide,
    includeAll: true,
    label: choice.label,
    multi: true,
    name: choice.name,
    options: [],
    query: { query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    refresh: VariableRefresh.onTimeRangeChanged,
    regex: '',
    skipUrlSync: false,
    sort: VariableSort.alphabeticalAsc,
    type: 'query',
  }
}
