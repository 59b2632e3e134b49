import { z } from 'zod'
import { Problem } from '../../platform/problem/problem.ts'
import { JOURNEYS, type JourneyName, type Shares, sharesOf } from './shares.ts'

/** Above what one generator can start in time on a core. */
export const MAX_JOURNEYS_PER_SECOND = 1_000
const MAX_TIMES = 1_000

/** How many visitors arrive, and on which journeys. */
export interface Load {
  journeysPerSecond: number
  shares: Shares
}

const perJourney = (most: number) => z.partialRecord(z.enum(JOURNEYS), z.number().min(0).max(most))

/** The body of `PUT /load`: rate, shares (of any sum), or how many times the usual number go on each journey. */
export const loadChange = z
  .strictObject({
    journeysPerSecond: z.number().min(0).max(MAX_JOURNEYS_PER_SECOND),
    shares: perJourney(MAX_JOURNEYS_PER_SECOND),
    times: perJourney(MAX_TIMES),
  })
  .partial()
  .refine(
    ({ times, ...others }) => (times === undefined) !== (Object.keys(others).length === 0),
    'either `times`, or at least one of `journeysPerSecond` and `shares`',
  )
export type LoadChange = z.infer<typeof loadChange>

/** The load that is ordered now. Every change starts from the load at the start, so the way back needs no memory. */
export class OrderedLoad {
  private readonly start: Load
  private now: Load

  constructor(start: Load) {
    this.start = start
    this.now = start
  }

  get current(): Load {
    return this.now
  }

  /** It is not the load of the start. */
  get isSurge(): boolean {
    return this.now !== this.start
  }

  /** Journeys of this kind per second. */
  perSecond(journey: JourneyName): number {
    return this.now.journeysPerSecond * this.now.shares[journey]
  }

  /** Throws `invalid_request`: nothing has changed. */
  change(change: LoadChange): void {
    this.now = change.times === undefined ? this.set(change) : this.multiplied(change.times)
  }

  reset(): void {
    this.now = this.start
  }

  private set({ journeysPerSecond = this.start.journeysPerSecond, shares }: LoadChange): Load {
    return { journeysPerSecond, shares: shares === undefined ? this.start.shares : checkedShares(shares) }
  }

  private multiplied(times: NonNullable<LoadChange['times']>): Load {
    const { journeysPerSecond, shares } = this.start
    const rates = Object.fromEntries(JOURNEYS.map((name) => [name, shares[name] * (times[name] ?? 1)]))
    const sum = JOURNEYS.reduce((total, name) => total + (rates[name] ?? 0), 0)
    const perSecond = Number((journeysPerSecond * sum).toFixed(6)) // the shares add up to nearly 1
    if (perSecond > MAX_JOURNEYS_PER_SECOND) {
      throw new Problem('invalid_request', `These are more than ${MAX_JOURNEYS_PER_SECOND} journeys per second.`)
    }
    return perSecond === 0
      ? { journeysPerSecond: 0, shares }
      : { journeysPerSecond: perSecond, shares: checkedShares(rates) }
  }
}

function checkedShares(some: Partial<Shares>): Shares {
  const shares = sharesOf(some)
  if (shares === undefined) throw new Problem('invalid_request', 'shares: somebody has to go on a journey.')
  return shares
}
