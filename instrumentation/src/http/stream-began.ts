import type { ServerResponse } from 'node:http'

const beganAt = new WeakMap<ServerResponse, number>()

/**
 * From here on the response is a stream without an end of its own, such as server-sent events: its request has lasted
 * until now, and a client that leaves has had what it wanted.
 */
export function streamBegan(res: ServerResponse): void {
  beganAt.set(res, performance.now())
}

/** In ms of `performance.now()`; undefined: it is no stream, or not yet. */
export function streamBeganAt(res: ServerResponse): number | undefined {
  return beganAt.get(res)
}
