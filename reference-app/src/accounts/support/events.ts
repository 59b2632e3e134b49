import type { Logger } from '@drillbook/instrumentation'
import type { Inquiry } from './inquiry.ts'
import type { SupportMetrics } from './metrics.ts'
import type { Topic } from './topics.ts'

/** Inquiries to support: the counter, and a log line without the text of the inquiry. */
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
