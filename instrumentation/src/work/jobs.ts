import { counter, gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/** `failed`: the run threw; what it had finished before stays done, and the next run goes on from there. */
export type JobOutcome = 'success' | 'failed'

export interface JobMetricsOptions {
  /** What the job is called, in kebab-case, e.g. `hold-expiry`: the `job` label. */
  job: string
}

export interface JobMetrics {
  /** Counts one ended run in `job_runs_total`. */
  ran(outcome: JobOutcome): void
  /** Whether an operator holds the job back. Starts as false. */
  paused(paused: boolean): void
}

/** Metrics of one background job. Call it once for each; all of their series exist from the start, at 0. */
export function jobMetrics(registry: MetricsRegistry, { job }: JobMetricsOptions): JobMetrics {
  const runs = counter(registry, {
    name: 'job_runs_total',
    help: 'Ended runs of background jobs by outcome: success, failed',
    labelNames: ['job', 'outcome'],
  })
  const paused = gauge(registry, {
    name: 'job_paused',
    help: '1 while an operator holds the job back',
    labelNames: ['job'],
  }).labels({ job })

  for (const outcome of ['success', 'failed']) runs.labels({ job, outcome }).inc(0)
  paused.set(0)

  return {
    ran: (outcome) => runs.labels({ job, outcome }).inc(),
    paused: (isPaused) => paused.set(isPaused ? 1 : 0),
  }
}
