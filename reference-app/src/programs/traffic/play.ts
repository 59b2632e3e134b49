import type { Client, ClientOutcome } from './client.ts'
import { askSupport, TOPICS } from './journeys/ask-support.ts'
import { browse } from './journeys/browse.ts'
import { buyTickets } from './journeys/buy-tickets.ts'
import { getCoupon } from './journeys/get-coupon.ts'
import { order } from './journeys/order.ts'
import type { OrderedLoad } from './load.ts'
import type { ReturningVisitors } from './returning-visitors.ts'
import { type JourneyName, journeyAt } from './shares.ts'
import { type CountRequest, Visitor } from './visitor.ts'

/**
 * How many of those whose journey failed turn to support: who wanted to buy does so sooner. With 60 visitors per second
 * of whom a third fails, some 160 inquiries a minute: far above the 50 that are a sign of trouble, and the 3 of a
 * normal minute far below.
 */
const ASK_RATIO: Record<JourneyName, number> = { browse: 0.1, tickets: 0.5, order: 0.5, coupon: 0.5, support: 0 }

/**
 * And of those who lose their place in line, are overtaken or cannot pay: nearly all. Of the one order per second, that
 * is 54 inquiries a minute while all payments fail, just above the 50 of the report; 200 need more people
 * (`orders-surge`).
 */
const HARMED_ASK_RATIO = 0.9

export interface Play {
  client: Client
  returningVisitors: ReturningVisitors
  load: OrderedLoad
  countRequest: CountRequest
  countJourney: (journey: JourneyName, outcome: ClientOutcome) => void
  /** @default Math.random */
  random?: () => number
}

/** One visitor goes on one journey. Resolves in any case: what happened has been counted. */
export async function play({
  client,
  returningVisitors,
  load,
  countRequest,
  countJourney,
  random = Math.random,
}: Play): Promise<void> {
  const journey = journeyAt(load.current.shares, random())
  const visitor = new Visitor(client, countRequest, random)
  await journeys[journey](visitor, returningVisitors)
  if (client.closed.aborted) return
  countJourney(journey, visitor.outcome)
  const isHarmed = visitor.complaint !== undefined
  if (!isHarmed && visitor.outcome !== 'failed') return
  if (random() >= (isHarmed ? HARMED_ASK_RATIO : ASK_RATIO[journey])) return
  await askSupport(new Visitor(client, countRequest, random), visitor.complaint ?? TOPICS[journey])
}

const journeys: Record<JourneyName, (visitor: Visitor, returningVisitors: ReturningVisitors) => Promise<void>> = {
  browse,
  tickets: buyTickets,
  order,
  coupon: getCoupon,
  support: (visitor) => askSupport(visitor, TOPICS.support),
}
