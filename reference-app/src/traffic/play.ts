import type { Client, ClientOutcome } from './client.ts'
import { askSupport, TOPICS } from './journeys/ask-support.ts'
import { browse } from './journeys/browse.ts'
import { buyTickets } from './journeys/buy-tickets.ts'
import { getCoupon } from './journeys/get-coupon.ts'
import { order } from './journeys/order.ts'
import type { OrderedLoad } from './load.ts'
import type { Regulars } from './regulars.ts'
import { type JourneyName, journeyAt } from './shares.ts'
import { type CountRequest, Visitor } from './visitor.ts'

/**
 * How many of those whose journey failed turn to support: who wanted to buy does so sooner. With 60 visitors per second of whom a
 * third fails, some 160 inquiries a minute: far above the 50 that are a sign of trouble, and the 3 of a normal minute far below.
 */
const ASK_RATIO: Record<JourneyName, number> = { browse: 0.1, tickets: 0.5, order: 0.5, coupon: 0.5, support: 0 }

export interface Play {
  client: Client
  regulars: Regulars
  load: OrderedLoad
  countRequest: CountRequest
  countJourney: (journey: JourneyName, outcome: ClientOutcome) => void
  /** @default Math.random */
  random?: () => number
}

/** One visitor goes on one journey. Resolves in any case: what happened has been counted. */
export async function play({
  client,
  regulars,
  load,
  countRequest,
  countJourney,
  random = Math.random,
}: Play): Promise<void> {
  const journey = journeyAt(load.current.shares, random())
  const visitor = new Visitor(client, countRequest, random)
  await journeys[journey](visitor, regulars)
  if (client.closed.aborted) return
  countJourney(journey, visitor.outcome)
  if (visitor.outcome === 'failed' && random() < ASK_RATIO[journey]) {
    await askSupport(new Visitor(client, countRequest, random), TOPICS[journey])
  }
}

const journeys: Record<JourneyName, (visitor: Visitor, regulars: Regulars) => Promise<void>> = {
  browse,
  tickets: buyTickets,
  order,
  coupon: getCoupon,
  support: (visitor) => askSupport(visitor, TOPICS.support),
}
