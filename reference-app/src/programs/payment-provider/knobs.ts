import { z } from 'zod'

const ratio = z.number().min(0).max(1)

/** The faults that this provider simulates. A restart resets them. */
export const knobs = z.strictObject({
  /** Before every answer about charges. */
  latencyMs: z.number().int().min(0).max(60_000),
  /** Up to so much more. */
  latencyJitterMs: z.number().int().min(0).max(60_000),
  /** Share of charges that the bank declines. */
  declineRatio: ratio,
  /** Share of requests to charge that are answered 500, every other of them after the money was taken. */
  failRatio: ratio,
  /** Share of requests to charge whose connection is reset, every other of them after the money was taken. */
  resetRatio: ratio,
  /**
   * Nothing about charges is answered. What is held up is acted on when the hanging ends, whether or not anybody still
   * listens.
   */
  hang: z.boolean(),
})

export type Knobs = z.infer<typeof knobs>

/** About what a card payment takes where bank and provider are near. */
export const GOOD: Knobs = {
  latencyMs: 50,
  latencyJitterMs: 30,
  declineRatio: 0,
  failRatio: 0,
  resetRatio: 0,
  hang: false,
}
