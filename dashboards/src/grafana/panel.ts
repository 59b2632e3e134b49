import type { Panel } from '@grafana/schema'
import { DATASOURCE } from './datasource.ts'
import { type Query, targets } from './query.ts'

/** What every panel says, whatever it is drawn as. */
export interface PanelText {
  /** Unique on its dashboard, from 1, and never reused: alert annotations link to it. */
  id: number
  title: string
  /** For somebody new at 3 am: what it means, what is normal, what to do. Markdown. */
  description: string
  /** A Grafana unit id, such as `reqps`, `s`, `percentunit`, `bytes`, `short`. */
  unit: string
  queries: readonly Query[]
}

/**
 * Written against the options of Grafana 10.0. Newer versions migrate a panel from here on; without a version they
 * would take it for one of Grafana 6 and change its limits.
 */
const PLUGIN_VERSION = '10.0.0'

/** The part that all kinds of panel share; `gridPos` comes from the layout. */
export function panelBase(type: string, { id, title, description, queries }: PanelText): Panel {
  return {
    datasource: DATASOURCE,
    description,
    id,
    pluginVersion: PLUGIN_VERSION,
    targets: targets(queries),
    title,
    type,
  }
}
