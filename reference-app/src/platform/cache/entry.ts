/** What is kept under one key: the value, and until when (Unix milliseconds) it counts as fresh. */
export interface Entry {
  value: unknown
  freshUntil: number
}

/**
 * How long a copy is fresh. A seat map is removed from the cache by whoever changes it, so this only bounds the harm of
 * a removal that got lost or was overtaken. Milliseconds.
 */
export const FRESH_MS = 60_000

/** What a load gives when its copy may not be fresh for `FRESH_MS`: it was old when it was loaded. */
export class ShortLived<T> {
  readonly value: T
  /** Before the jitter. Milliseconds. */
  readonly freshMs: number

  constructor(value: T, freshMs: number) {
    this.value = value
    this.freshMs = freshMs
  }
}

/**
 * How long a stale copy may be served while Postgres fails: beyond the first 15 minutes of an incident.
 * Milliseconds.
 */
export const KEPT_MS = 15 * 60_000

/** Share by which lifetimes vary, so that keys written together do not expire together. */
const JITTER = 0.2

/**
 * Bumped when the shape of a value changes: a rolling deployment then misses instead of reading what it does not
 * understand.
 */
const FORMAT = 1

/** A lifetime within +-20 % of `lifetimeMs`, in whole milliseconds. */
export function withJitter(lifetimeMs: number, random: number): number {
  return Math.round(lifetimeMs * (1 - JITTER + 2 * JITTER * random))
}

export function encodeEntry(entry: Entry): string {
  return JSON.stringify({ format: FORMAT, ...entry })
}

/** Undefined for nothing, for garbage and for another format: all three are a miss, and the next write mends them. */
export function decodeEntry(text: string | null): Entry | undefined {
  if (text === null) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined // somebody else wrote under our key
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  if (!('format' in parsed && 'freshUntil' in parsed && 'value' in parsed)) return undefined
  if (parsed.format !== FORMAT || typeof parsed.freshUntil !== 'number') return undefined
  return { value: parsed.value, freshUntil: parsed.freshUntil }
}
