import type { Mutated, Mutations } from '../../platform/idempotency/mutations.ts'
import type { SupportEvents } from './events.ts'
import type { Inquiry } from './inquiry.ts'
import type { InquiryStore } from './inquiry-store.ts'
import type { Topic } from './topics.ts'

/** Inquiries may be anonymous: their idempotency keys share one user id. */
const NOBODY = 0

export interface Support {
  mutations: Mutations
  inquiries: InquiryStore
  supportEvents: SupportEvents
}

export async function inquire(
  { mutations, inquiries, supportEvents }: Support,
  request: { topic: Topic; message?: string | undefined },
  key: string | undefined,
): Promise<Mutated> {
  const mutation = { userId: NOBODY, route: 'POST /support/inquiries', key, request }
  const mutated = await mutations.run(mutation, async (transaction) => ({
    status: 201,
    body: await inquiries.add(transaction, request.topic, request.message ?? null),
  }))
  if (!mutated.replayed) supportEvents.inquired(mutated.answer.body as Inquiry)
  return mutated
}
