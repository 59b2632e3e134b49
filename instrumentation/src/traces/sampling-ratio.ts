import type { Sampling } from './settings.ts'

/**
 * One object for the whole process, read at each decision: the application and `register` load this module as one
 * instance.
 */
let active: Sampling | undefined
let kept = 1

/** What tracing goes by from its start on. */
export function activateSampling(sampling: Sampling): Sampling {
  active = { ...sampling }
  return active
}

/** Share of traces that start here and are recorded now, 0 to 1. Undefined: tracing is off. */
export function samplingRatio(): number | undefined {
  return active?.ratio
}

/**
 * Changes it for traces that start from now on; a caller's decision in `traceparent` goes before it as ever. Without
 * tracing there is nothing to change.
 *
 * @param ratio 0 to 1
 * @returns whether tracing is on
 * @throws RangeError
 */
export function setSamplingRatio(ratio: number): boolean {
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError('the sampling ratio must be a number from 0 to 1')
  if (active === undefined) return false
  active.ratio = ratio
  return true
}

/**
 * Of the requests that would be traced, whoever decided that, only this share is from now on: for a service that has
 * more to do than it can. The ratio stays what it was, and applies again in full with 1.
 *
 * @param share 0 to 1
 */
export function thinTraces(share: number): void {
  kept = share
}

/** 1 unless `thinTraces` said otherwise. */
export function shareOfTracesKept(): number {
  return kept
}
