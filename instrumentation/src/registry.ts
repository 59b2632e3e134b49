import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client'

/** A prom-client registry that can hold exemplars. Metrics of your own: `counter`, `gauge`, `histogram`. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

export interface RegistryOptions {
  /** Name of the service, as in traces and logs. */
  service: string
  /** Name of this process among its peers; left out of `target_info` when absent. */
  instance?: string
}

/**
 * A registry of its own; prom-client's global one stays empty. `service` and `instance` appear once, in `target_info`,
 * and not on every series: the scrape configuration puts them there, and a second copy would come back as
 * `exported_service`.
 */
export function createRegistry({ service, instance }: RegistryOptions): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const labels = { service_name: service, ...(instance === undefined ? {} : { service_instance_id: instance }) }
  new Gauge({
    name: 'target_info',
    help: 'What answers here; always 1',
    labelNames: Object.keys(labels),
    registers: [registry],
  }).set(labels, 1)
  return registry
}
