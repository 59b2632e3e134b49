import type { DataSourceRef } from '@grafana/schema'

/**
 * The data source that the dashboard's `datasource` variable holds. Used by every panel, query, variable and
 * annotation, so that a file imports into any Grafana by the UI, by provisioning and by the API alike.
 */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable, not ours
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' }
