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
  'db_client_reads_total',
  'db_replica_lag_seconds',
  'http_server_shed_total',
  'waiting_room_tokens',
  'waiting_room_capacity',
  'waiting_room_admissions_per_second_limit',
  'waiting_room_mode',
  ...['joined', 'admitted', 'completed', 'abandoned', 'expired', 'dropped'].map((what) => `waiting_room_${what}_total`),
  ...histogram('waiting_room_wait_seconds'),
  'seat_holds_expired_total',
  'job_runs_total',
  'job_paused',
  'payment_attempts_total',
  ...histogram('payment_provider_request_duration_seconds'),
  'payment_provider_breaker_open',
  'coupons_issued_total',
  'support_inquiries_total',
  'log_events_total',
  'invariant_violations',
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

/** redis_exporter 1.45, for a Redis that keeps an append-only file. */
const REDIS_FILE = [
  'redis_aof_enabled',
  'redis_aof_current_size_bytes',
  'redis_aof_last_write_status',
  'redis_aof_last_bgrewrite_status',
]

/** postgres_exporter 0.11, read from its answer for a primary and a replica of Postgres 15. */
const POSTGRES_EXPORTER = [
  'pg_stat_activity_count',
  'pg_stat_activity_max_tx_duration',
  'pg_locks_count',
  'pg_stat_database_deadlocks',
  'pg_stat_database_blks_hit',
  'pg_stat_database_blks_read',
  'pg_stat_bgwriter_checkpoints_timed_total',
  'pg_stat_bgwriter_checkpoints_req_total',
  'pg_stat_replication_pg_current_wal_lsn_bytes',
  'pg_replication_lag_seconds',
]

/** What Prometheus itself writes. */
const PROMETHEUS = ['up', 'ALERTS', 'ALERTS_FOR_STATE']

/** Every metric that a panel may ask for. */
export const KNOWN_METRICS: ReadonlySet<string> = new Set([
  ...CONTRACT,
  ...RUNTIME,
  ...REDIS_EXPORTER,
  ...REDIS_FILE,
  ...POSTGRES_EXPORTER,
  ...PROMETHEUS,
  ...RULES.recorded,
])

function histogram(name: string): string[] {
  return ['_bucket', '_sum', '_count'].map((suffix) => name + suffix)
}
