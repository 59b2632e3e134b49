import type { ServerResponse } from 'node:http'

const GIVEN_AT = Symbol('answer given at')

interface Noted extends ServerResponse {
  [GIVEN_AT]?: number
}

/** Notes when the whole answer has been given to the connection, whether or not its client takes it. */
export function noteAnswerGiven(res: ServerResponse): void {
  res.on('prefinish', given)
}

/**
 * In ms of `performance.now()`; undefined: not yet, nobody noted it, or it waits behind other answers of its
 * connection.
 */
export function answerGivenAt(res: ServerResponse): number | undefined {
  return (res as Noted)[GIVEN_AT]
}

/** One function for all, on the hot path. */
function given(this: Noted): void {
  this[GIVEN_AT] = performance.now()
}
