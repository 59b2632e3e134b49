/**
 * Tracing for a whole process: `node --import @drillbook/instrumentation/register app.ts`. Must run before the
 * application loads its libraries, for which `--import` cares. Configured by OpenTelemetry's standard variables only,
 * see README.md.
 */
import { isMainThread } from 'node:worker_threads'
import { readTracingSettings } from './traces/settings.ts'

const settings = readTracingSettings(process.env)
// Worker threads inherit --import; a logger's or a resizer's thread has nothing to trace.
if (settings.enabled && isMainThread) {
  const { startTracing } = await import('./traces/start-tracing.ts')
  await startTracing(settings)
}
