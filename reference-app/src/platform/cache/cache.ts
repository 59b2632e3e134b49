import type { CacheLookup } from '@drillbook/instrumentation'
import { decodeEntry, type Entry, encodeEntry, FRESH_MS, KEPT_MS, ShortLived, withJitter } from './entry.ts'
import type { CacheEvents } from './events.ts'
import type { Protection } from './protection.ts'
import { SingleFlight } from './single-flight.ts'
import type { CacheSource } from './source.ts'
import type { CacheSources } from './sources.ts'

/**
 * Asks the truth. Undefined: there is no such thing (which is not cached: ids come from callers, and there are endless
 * wrong ones).
 */
export type Load<T> = () => Promise<T | ShortLived<T> | undefined>

type Finding = { result: CacheLookup; value: unknown } | { result: CacheLookup; error: unknown }

/**
 * After a failed load, how long old copies are served without asking again: a database that hangs must not cost every
 * read its time-out.
 */
const LOAD_PAUSE_MS = 1_000

/**
 * A copy of what Postgres knows, for reads that may be up to a minute old. It never makes a read fail that Postgres
 * could answer, and counts exactly one result for each lookup. Values are JSON and shared between concurrent callers:
 * treat them as constants.
 */
export class Cache {
  private readonly sources: CacheSources
  private readonly protection: Protection
  private readonly events: CacheEvents
  private readonly flights = new SingleFlight()
  private loadsPausedUntil = 0

  constructor(sources: CacheSources, protection: Protection, events: CacheEvents) {
    this.sources = sources
    this.protection = protection
    this.events = events
  }

  /**
   * Rejects only with what `load` rejected with, when there is no copy to serve instead. One key always holds one type.
   */
  async lookup<T>(key: string, load: Load<T>): Promise<T | undefined> {
    // The flight spans the read of the cache and the load, and ends after its write was sent: later reads get the new
    // copy.
    const finding = this.protection.enabled
      ? await this.flights.run(key, () => this.find(key, load))
      : await this.find(key, load)
    this.events.lookedUp(finding.result)
    if ('error' in finding) throw finding.error
    return plain(finding.value) as T | undefined
  }

  /**
   * Writes a fresh copy (or a `ShortLived` one) into the current source, bypass or not. Rejects when the write fails.
   */
  async refresh(key: string, value: unknown): Promise<void> {
    await this.write(this.sources.current, key, value)
  }

  /**
   * Removes the copy from the current source, bypass or not. Never rejects: what could not be removed is gone when its
   * freshness ends. A reader who asked Postgres before the change and writes after this puts the old copy back for as
   * long.
   */
  async forget(key: string): Promise<void> {
    const source = this.sources.current
    try {
      await source.remove(key, this.protection.waitPolicy, this.protection.enabled)
    } catch (error) {
      this.events.writeFailed(source.name, error)
    }
  }

  private async find<T>(key: string, load: Load<T>): Promise<Finding> {
    if (this.sources.bypassed) return await loaded('bypass', load)
    const source = this.sources.current
    let entry: Entry | undefined
    try {
      entry = decodeEntry(await this.read(source, key))
    } catch {
      return await loaded('error', load) // reported by the source; the read goes on without the cache
    }
    if (entry !== undefined && Date.now() < entry.freshUntil) return { result: 'hit', value: entry.value }
    return await this.renew(source, key, entry, load)
  }

  private async renew<T>(source: CacheSource, key: string, old: Entry | undefined, load: Load<T>): Promise<Finding> {
    const spare = this.protection.enabled ? old : undefined
    if (spare !== undefined && Date.now() < this.loadsPausedUntil) return { result: 'stale', value: spare.value }
    const finding = await loaded('miss', load)
    if ('error' in finding) {
      this.loadsPausedUntil = Date.now() + LOAD_PAUSE_MS
      return spare === undefined ? finding : { result: 'stale', value: spare.value }
    }
    if (finding.value !== undefined) {
      this.write(source, key, finding.value).catch((error: unknown) => this.events.writeFailed(source.name, error))
    }
    return finding
  }

  private read(source: CacheSource, key: string): Promise<string | null> {
    return source.read(key, this.protection.waitPolicy, this.protection.enabled)
  }

  private async write(source: CacheSource, key: string, value: unknown): Promise<void> {
    const freshMs = value instanceof ShortLived ? value.freshMs : FRESH_MS
    const text = encodeEntry({ value: plain(value), freshUntil: Date.now() + withJitter(freshMs, Math.random()) })
    await source.write(key, text, withJitter(KEPT_MS, Math.random()), this.protection.waitPolicy)
  }
}

function plain(loaded: unknown): unknown {
  return loaded instanceof ShortLived ? loaded.value : loaded
}

async function loaded<T>(result: CacheLookup, load: Load<T>): Promise<Finding> {
  try {
    return { result, value: await load() }
  } catch (error) {
    return { result, error }
  }
}
