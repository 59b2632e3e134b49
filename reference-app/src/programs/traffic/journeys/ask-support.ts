import { z } from 'zod'
import type { Topic } from '../../../accounts/support/topics.ts'
import type { JourneyName } from '../shares.ts'
import type { Visitor } from '../visitor.ts'

/** Topics of inquiries after a journey that failed without harm of another kind. */
export const TOPICS: Record<JourneyName, Topic> = {
  browse: 'reservation',
  tickets: 'queue',
  order: 'order',
  coupon: 'coupon',
  support: 'other',
}

export async function askSupport(visitor: Visitor, topic: Topic): Promise<void> {
  const call = { method: 'POST', path: '/api/v1/support/inquiries', json: { topic } } as const
  await visitor.ask('support_inquire', call, z.unknown())
}
