import { type Dashboard, DashboardCursorSync, type DashboardLink, type VariableModel } from '@grafana/schema'
import type { PrometheusAnnotation } from './annotations.ts'
import { layout, type Row } from './layout.ts'

/**
 * The schema of Grafana 10.0, the oldest version supported: newer ones migrate it when they load it, older ones would
 * not understand a newer number.
 */
const SCHEMA_VERSION = 38

/** Every dashboard of ours has it, and links to all others that do. */
const TAG = 'drillbook'

export interface DashboardContent {
  /** Stable and readable: part of every link to the dashboard. */
  uid: string
  title: string
  description: string
  variables: readonly VariableModel[]
  annotations: readonly PrometheusAnnotation[]
  links: readonly DashboardLink[]
  rows: readonly Row[]
}

export function dashboard(content: DashboardContent): Dashboard {
  return {
    annotations: { list: [...content.annotations] },
    description: content.description,
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    id: null,
    links: [SIBLINGS, ...content.links],
    panels: layout(content.rows),
    refresh: '10s',
    schemaVersion: SCHEMA_VERSION,
    tags: [TAG],
    templating: { list: [...content.variables] },
    time: { from: 'now-1h', to: 'now' },
    timepicker: {},
    timezone: 'browser',
    title: content.title,
    uid: content.uid,
    weekStart: '',
  }
}

const SIBLINGS: DashboardLink = {
  asDropdown: false,
  icon: 'external link',
  includeVars: true,
  keepTime: true,
  tags: [TAG],
  targetBlank: false,
  title: '',
  tooltip: '',
  type: 'dashboards',
  url: '',
}
