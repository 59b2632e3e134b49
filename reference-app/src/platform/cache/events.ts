import { type CacheLookup, type CacheMetrics, errorType, type Logger } from '@drillbook/instrumentation'
import type { SourceName } from './source.ts'

/** While every write fails (a replica, a full disk) one line in this time tells it all. Milliseconds. */
const WRITE_FAILURE_EVERY_MS = 10_000

/** What happens to the cache: each event moves its metric and writes its log line. */
export class CacheEvents {
  private readonly metrics: CacheMetrics
  private readonly logger: Logger
  private writeFailures = 0
  private writeFailureLoggedAt = Number.NEGATIVE_INFINITY

  constructor(metrics: CacheMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  lookedUp(result: CacheLookup): void {
    this.metrics.lookup(result)
  }

  /** Passes the call through and measures it, failed or not. */
  async timed<T>(operation: 'get' | 'set' | 'del', call: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const seconds = () => (performance.now() - startedAt) / 1000
    try {
      const answer = await call
      this.metrics.operation(operation, seconds())
      return answer
    } catch (error) {
      this.metrics.operation(operation, seconds(), errorType(error))
      throw error
    }
  }

  connected(source: SourceName): void {
    this.logger.info({ event: 'cache.connected', source }, 'the cache can be used')
  }

  disconnected(source: SourceName, reason: string): void {
    this.logger.warn({ event: 'cache.disconnected', source, reason }, 'the connection to the cache was lost')
  }

  /** Of the source in use: whether its calls are being refused. */
  refusing(open: boolean): void {
    this.metrics.breakerOpen(open)
  }

  protectionSet(enabled: boolean): void {
    this.metrics.protectionEnabled(enabled)
  }

  breakerOpened(source: SourceName): void {
    this.logger.warn({ event: 'cache.breaker_opened', source }, 'the cache is left alone; reads go to Postgres')
  }

  breakerClosed(source: SourceName): void {
    this.logger.info({ event: 'cache.breaker_closed', source }, 'the cache is used again')
  }

  writeFailed(source: SourceName, error: unknown): void {
    this.writeFailures += 1
    if (performance.now() - this.writeFailureLoggedAt < WRITE_FAILURE_EVERY_MS) return
    this.writeFailureLoggedAt = performance.now()
    const reason = error instanceof Error ? error.message : String(error)
    this.logger.warn(
      { event: 'cache.write_failed', source, reason, failures: this.writeFailures },
      'a copy was not written or not removed',
    )
    this.writeFailures = 0
  }
}
