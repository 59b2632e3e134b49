import { jobMetrics, type Logger, type MetricsRegistry } from '@drillbook/instrumentation'
import { JobEvents } from './events.ts'
import { Job, type JobOptions } from './job.ts'
import type { JobName } from './job-names.ts'

export type MakeJob = (options: JobOptions & { name: JobName }) => Job

/** Makes jobs that are measured and logged. */
export function jobMaker(registry: MetricsRegistry, logger: Logger): MakeJob {
  return (options) => new Job(options, new JobEvents(options.name, jobMetrics(registry, { job: options.name }), logger))
}
