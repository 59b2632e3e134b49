import { RULES } from './committed.ts'

/** The metrics contract (design part 4) as far as dashboards use it: histograms with the suffixes of their series. */
const CONTRACT = [
  ...histogram('http_server_request_duration_seconds'),
  'http_server_active_requests',
  'operation_outcomes_total',
  ...histogram('db_client_operation_duration_seconds'),
  'db_client_connection_count',
  'db_client_connection_max',
  'db_client_connection_pending_requests',
  'db_client_connection_timeouts_total',
  ...histogram('db_client_connection_wait_time_seconds'),
  'cache_lookups_total',
  ...histogram('cache_operation_duration_seconds'),
  'cache_breaker_open',
  'cache_protection_enabled',
  'drillbook_fault_active',
  'deployment_info',
]

/** Runtime: prom-client's defaults, and what @drillbook/instrumentation adds to them. */
const RUNTIME = [
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'nodejs_eventloop_time_seconds_total',
  'nodejs_heap_size_after_major_gc_bytes',
  'nodejs_heap_size_limit_bytes',
]

/** redis_exporter 1.45, read from its answer for a primary and a replica of Redis 7.0. */
const REDIS_EXPORTER = [
  'redis_up',
  'redis_memory_used_bytes',
  'redis_memory_max_bytes',
  'redis_connected_clients',
  'redis_evicted_keys_total',
  'redis_instance_info',
]

/** What Prometheus itself writes. */
const PROMETHEUS = ['up', 'ALERTS', 'ALERTS_FOR_STATE']

/** Every metric that a panel may ask for. */
export const KNOWN_METRICS: ReadonlySet<string> = new Set([
  ...CONTRACT,
  ...RUNTIME,
  ...REDIS_EXPORTER,
  ...PROMETHEUS,
  ...RULES.recorded,
])

function histogram(name: string): string[] {
  return ['_bucket', '_sum', '_count'].map((suffix) => name + suffix)
}
