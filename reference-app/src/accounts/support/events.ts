import type { Logger } from '@drillbook/instrumentation'
import type { Inquiry } from './inquiry.ts'
import type { SupportMetrics } from './metrics.ts'
import type { Topic } from './topics.ts'

/** What users ask people about: the counter, and a log line without their words. */
export class SupportEvents {
  private readonly metrics: SupportMetrics<Topic>
  private readonly logger: Logger

  constructor(metrics: SupportMetrics<Topic>, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  inquired({ id, topic }: Inquiry): void {
    this.metrics.inquired(topic)
    this.logger.info({ event: 'support.inquired', inquiryId: id, topic }, 'a user asks for help')
  }
}
