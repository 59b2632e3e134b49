/** A process starts within a second on a machine of its own; tests may be many at once. No test is about it. Milliseconds. */
export const START_LIMIT_MS = 120_000

/** Asks until `condition` gives something, and returns that. Rejects after `withinMs`, with what was awaited and the last error. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const answer = await condition()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
