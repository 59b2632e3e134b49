import { Problem } from '../problem/problem.ts'

/** A request with the same key is being worked on, here or elsewhere: nobody waits for its answer. */
export function keyInFlight(): Problem {
  return new Problem('idempotency_key_in_flight', 'Wait for its answer, or send this again in a moment.')
}
