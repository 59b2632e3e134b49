import { z } from 'zod'
import type { JourneyName } from '../shares.ts'
import type { Visitor } from '../visitor.ts'

/** What people ask about after a journey that failed. */
export const TOPICS: Record<JourneyName, string> = {
  browse: 'reservation',
  tickets: 'queue',
  order: 'order',
  coupon: 'coupon',
  support: 'other',
}

export async function askSupport(visitor: Visitor, topic: string): Promise<void> {
  const call = { method: 'POST', path: '/api/v1/support/inquiries', json: { topic } } as const
  await visitor.ask('support_inquire', call, z.unknown())
}
