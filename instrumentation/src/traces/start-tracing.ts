import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { envDetector, hostDetector, processDetector, serviceInstanceIdDetector } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { register as registerLoaderHook } from 'import-in-the-middle/register-hooks.mjs'
import { LeanContextManager } from './context-manager.ts'
import { flushOnExit } from './flush-on-exit.ts'
import { instrumentations, patchedModules } from './instrumentations.ts'
import { sampler } from './sampler.ts'
import { activateSampling } from './sampling-ratio.ts'
import type { TracingSettings } from './settings.ts'
import { spanProcessors } from './span-processors.ts'
import { UnsampledPropagator } from './unsampled-propagator.ts'

/**
 * Starts the SDK with traces only: metrics are prom-client's, logs are pino's. Service name and further attributes come
 * from `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
 *
 * @throws Error on a Node.js without synchronous loader hooks (older than 22.22.3 or 24.11.1): an ESM application would
 * lose its Express and Redis spans without a word.
 */
export async function startTracing({ exportProtocol, sampling: initial }: TracingSettings): Promise<void> {
  const sampling = activateSampling(initial)
  diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel.ERROR })
  registerLoaderHook({ include: patchedModules })
  new NodeSDK({
    contextManager: new LeanContextManager().enable(),
    textMapPropagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new UnsampledPropagator(), new W3CBaggagePropagator()],
    }),
    resourceDetectors: [serviceInstanceIdDetector, processDetector, hostDetector, envDetector],
    sampler: sampler(sampling),
    spanProcessors: await spanProcessors(exportProtocol),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: instrumentations(sampling),
  }).start()
  flushOnExit()
}
