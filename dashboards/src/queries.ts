/** What stands in a panel that plots an alert's whole expression while nothing makes it hold. */
export const NOTHING_HOLDS = 'Nothing makes it hold'

/** What stands in for Grafana's variables when a query is asked outside of Grafana. */
export interface Substitutions {
  /** Regular expression for the `service` label. */
  service: string
  /** Prometheus duration, at least four scrapes. */
  rate_interval: string
}

export interface DashboardQuery {
  panelId: number
  title: string
  refId: string
  /** PromQL without variables. */
  expr: string
  /**
   * Asks for what only an event brings about (a firing alert, a sign whose whole expression is plotted), so a healthy or
   * young system answers nothing at all.
   */
  emptyIsNormal: boolean
}

export interface AnnotationQuery {
  name: string
  /** PromQL without variables. Nothing is a normal answer. */
  expr: string
}

/** The little of Grafana's dashboard model that holds queries. */
interface QueryHolder {
  panels?: {
    id?: number
    title?: string
    fieldConfig?: { defaults?: { noValue?: string } }
    targets?: { refId?: string; expr?: string }[]
  }[]
  annotations?: { list?: { name: string; target?: { expr?: string } }[] }
}

/** Series that are there only while an alert is pending or firing, and one that begins with the first major collection. */
const EVENTS = /\b(ALERTS|ALERTS_FOR_STATE|nodejs_heap_size_after_major_gc_bytes)\b/

/**
 * Every query of a dashboard's panels, in the order of the panels. `json` is a parsed `dashboards/*.json`. Variables
 * other than those of `Substitutions` stand for everything (`.+`).
 */
export function dashboardQueries(json: unknown, substitutions: Substitutions): DashboardQuery[] {
  const { panels = [] } = json as QueryHolder
  return panels.flatMap(({ id = 0, title = '', targets = [], fieldConfig }) =>
    targets.map(({ refId = '', expr = '' }) => ({
      panelId: id,
      title,
      refId,
      expr: substitute(expr, substitutions),
      emptyIsNormal:
        (EVENTS.test(expr) && !expr.includes('or vector(')) || fieldConfig?.defaults?.noValue === NOTHING_HOLDS,
    })),
  )
}

/** Every query that marks times on the graphs of a dashboard. `json` as for `dashboardQueries`. */
export function annotationQueries(json: unknown, substitutions: Substitutions): AnnotationQuery[] {
  const { annotations } = json as QueryHolder
  return (annotations?.list ?? []).map(({ name, target }) => ({
    name,
    expr: substitute(target?.expr ?? '', substitutions),
  }))
}

function substitute(expr: string, { service, rate_interval }: Substitutions): string {
  return expr
    .replaceAll(/\$__rate_interval\b/g, rate_interval)
    .replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) =>
      (braced ?? bare) === 'service' ? service : '.+',
    )
}
