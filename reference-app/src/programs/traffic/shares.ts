import { z } from 'zod'

export const JOURNEYS = ['browse', 'tickets', 'order', 'coupon', 'support'] as const
export type JourneyName = (typeof JOURNEYS)[number]

/** How many of all visitors go on each journey; they add up to 1. */
export type Shares = Record<JourneyName, number>

/**
 * Of 60 visitors per second: 56 look around, 3 want tickets, 1 orders, one in ten seconds wants a coupon, one in twenty
 * has a question. Most people look; and what writes is so rare that the small data set lasts: 6 pieces per second of
 * 10,000,000 in stock are 19 days, 6,000 coupons 16 hours, and seats see buy-tickets.ts.
 */
export const DEFAULT_SHARES = 'browse=0.9308,tickets=0.05,order=0.0167,coupon=0.0017,support=0.0008'

/** `browse=0.9,order=0.1`: normalised to a sum of 1; journeys not named get 0. */
export const shares = z.string().transform((text, context): Shares => {
  const found: Partial<Shares> = {}
  for (const part of text.split(',')) {
    const [, name, number] = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? []
    const journey = JOURNEYS.find((known) => known === name)
    if (journey === undefined) {
      context.addIssue(`"${part}" is not JOURNEY=SHARE; the journeys are ${JOURNEYS.join(', ')}`)
      return z.NEVER
    }
    found[journey] = Number(number)
  }
  const all = sharesOf(found)
  if (all === undefined) {
    context.addIssue('somebody has to go on a journey')
    return z.NEVER
  }
  return all
})

/** Normalised to a sum of 1; journeys not named get 0. Undefined when all are 0. */
export function sharesOf(some: Partial<Shares>): Shares | undefined {
  const { browse = 0, tickets = 0, order = 0, coupon = 0, support = 0 } = some
  const found = { browse, tickets, order, coupon, support }
  const sum = JOURNEYS.reduce((total, name) => total + found[name], 0)
  if (sum === 0) return undefined
  for (const name of JOURNEYS) found[name] /= sum
  return found
}

/** `at`: from 0 to below 1. */
export function journeyAt(all: Shares, at: number): JourneyName {
  let left = at
  for (const name of JOURNEYS) {
    left -= all[name]
    if (left < 0) return name
  }
  return 'browse' // the sum fell short of 1 by a rounding
}
