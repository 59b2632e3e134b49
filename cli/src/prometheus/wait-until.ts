import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'

/** How long to wait, in real milliseconds. */
export interface Wait {
  /** Wait so long for it to hold; 0: the first look decides. */
  withinMs: number
  /**
   * It has to hold for so long without a break; a hold that begins in time may finish.
   * @default 0: once is enough
   */
  forMs?: number
  /** The pause between two looks. */
  intervalMs: number
  /**
   * So many looks in a row without an answer (`unreachable`) are an error.
   * @default only a look after `withinMs`
   */
  tries?: number
  /** Ends the wait, also while a look hangs. */
  signal?: AbortSignal
}

/** What one look saw, and whether that is what is waited for. */
export interface Look<T> {
  holds: boolean
  seen: T
}

export interface Waited<T> extends Look<T> {
  waitedMs: number
  /** For how long it has held without a break; absent while it does not. */
  heldMs?: number
}

/**
 * Looks until it holds (for `forMs`) or `withinMs` is over, and resolves to the last look. `onWait` hears of every
 * other one. Throws what a look throws, but for `unreachable` as long as `tries` allows, and the signal's reason on
 * abort.
 */
export async function waitUntil<T>(
  look: () => Promise<Look<T>>,
  { withinMs, forMs = 0, intervalMs, tries, signal }: Wait,
  onWait?: (waited: Waited<T>) => void,
): Promise<Waited<T>> {
  const started = performance.now()
  let heldSince: number | undefined
  for (let silent = 0; ; ) {
    const seen = await orAbort(look, signal).catch((error: unknown) => {
      silent += 1
      const last = tries === undefined ? performance.now() - started >= withinMs : silent >= tries
      if (last || !(error instanceof CliError && error.code === 'unreachable')) throw error
      return undefined
    })
    if (seen !== undefined) {
      silent = 0
      const now = performance.now()
      heldSince = seen.holds ? (heldSince ?? now) : undefined
      const waited = { ...seen, waitedMs: now - started }
      if (heldSince === undefined && now - started >= withinMs) return waited
      if (heldSince !== undefined && now - heldSince >= forMs) return { ...waited, heldMs: now - heldSince }
      onWait?.({ ...waited, ...(heldSince === undefined ? {} : { heldMs: now - heldSince }) })
    }
    await sleep(intervalMs, undefined, signal === undefined ? {} : { signal })
  }
}

/** Ctrl-C does not wait for a server that hangs. */
async function orAbort<T>(start: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return start()
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([start(), promise]).finally(() => signal.removeEventListener('abort', abort))
}
