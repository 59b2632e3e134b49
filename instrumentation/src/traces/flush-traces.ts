import { diag, ProxyTracerProvider, trace } from '@opentelemetry/api'

interface Flushable {
  forceFlush(options: { timeoutMillis: number }): Promise<void>
}

/**
 * Sends the spans that are still waiting to be exported; call it last in your own shutdown when that ends in
 * `process.exit()`. Does nothing when tracing is off. Never throws, only reports on standard error: a collector that is
 * down must not keep a process from leaving.
 *
 * @param timeoutMs how long to wait for the collector; 2 s keeps well inside the 10 s that supervisors grant before
 * they kill
 * @returns whether everything was sent in time
 */
export async function flushTraces(timeoutMs = 2000): Promise<boolean> {
  const provider = trace.getTracerProvider()
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider
  if (!isFlushable(delegate)) return true
  return delegate.forceFlush({ timeoutMillis: timeoutMs }).then(
    () => true,
    (reason: unknown) => {
      diag.error('spans could not be sent', reason)
      return false
    },
  )
}

function isFlushable(provider: object): provider is Flushable {
  return 'forceFlush' in provider && typeof provider.forceFlush === 'function'
}
