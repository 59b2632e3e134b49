import type { Cache } from '../../platform/cache/cache.ts'
import { ShortLived } from '../../platform/cache/entry.ts'
import type { Copy } from '../../platform/cache/warm-up.ts'
import { LAG_LIMIT_MS } from '../../platform/database/replica-watch.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { CatalogueStore } from './catalogue-store.ts'
import type { Concert, Schedule, Seat } from './concert.ts'

/**
 * A map that a replica gave may be from before a change that has dropped its copy already, and nobody will drop it
 * again: it is asked for anew when it has become twice as old as the replica may be. Milliseconds.
 */
const FRESH_FROM_REPLICA_MS = LAG_LIMIT_MS

const CONCERTS_KEY = 'catalogue:concerts'
const schedulesKey = (concertId: number) => `catalogue:concert:${concertId}:schedules`
const seatsKey = (concertId: number, scheduleId: number) =>
  `catalogue:concert:${concertId}:schedule:${scheduleId}:seats`

/**
 * What is on and which seats are left, as users may see it: read through the cache, so up to as old as a copy may be
 * (`FRESH_MS`). Seat maps are dropped when a seat changes hands, and are normally milliseconds old, with reads on a
 * replica seconds; the lists, which only say whether anything is left, live out their time.
 */
export class Catalogue {
  private readonly store: CatalogueStore
  private readonly cache: Cache

  constructor(store: CatalogueStore, cache: Cache) {
    this.store = store
    this.cache = cache
  }

  async concerts(): Promise<Concert[]> {
    return (await this.cache.lookup(CONCERTS_KEY, () => this.store.concerts())) ?? []
  }

  /** Throws `concert_not_found`. */
  async schedules(concertId: number): Promise<Schedule[]> {
    const schedules = await this.cache.lookup(schedulesKey(concertId), () => this.store.schedules(concertId))
    if (schedules === undefined) throw new Problem('concert_not_found', `There is no concert ${concertId}.`)
    return schedules
  }

  /** Throws `schedule_not_found`, also for a schedule of another concert. */
  async seats(concertId: number, scheduleId: number): Promise<Seat[]> {
    const key = seatsKey(concertId, scheduleId)
    const seats = await this.cache.lookup(key, () => this.load(concertId, scheduleId))
    if (seats === undefined) {
      throw new Problem('schedule_not_found', `Concert ${concertId} has no schedule ${scheduleId}.`)
    }
    return seats
  }

  /**
   * Drops the copy of a seat map that is no longer true. To be called after the commit: before it, a reader would bring
   * back the old one.
   */
  async seatsChanged(concertId: number, scheduleId: number): Promise<void> {
    await this.cache.forget(seatsKey(concertId, scheduleId))
  }

  /** Everything that can be looked up here, for a warm-up. */
  async copies(): Promise<Copy[]> {
    const [concerts, schedules] = await Promise.all([this.store.concerts(), this.store.scheduleIds()])
    return [
      { key: CONCERTS_KEY, load: async () => concerts },
      ...concerts.map(({ id }) => ({ key: schedulesKey(id), load: () => this.store.schedules(id) })),
      ...schedules.map(({ concertId, scheduleId }) => ({
        key: seatsKey(concertId, scheduleId),
        load: () => this.load(concertId, scheduleId),
      })),
    ]
  }

  private async load(concertId: number, scheduleId: number): Promise<Seat[] | ShortLived<Seat[]> | undefined> {
    const map = await this.store.seats(concertId, scheduleId)
    return map?.source === 'replica' ? new ShortLived(map.seats, FRESH_FROM_REPLICA_MS) : map?.seats
  }
}
