import type { BreakerState } from '../../platform/breaker.ts'
import type { Protection } from '../../platform/cache/protection.ts'
import type { SourceName } from '../../platform/cache/source.ts'
import type { CacheSources } from '../../platform/cache/sources.ts'
import type { ReadSource } from '../../platform/database/database.ts'
import type { Sheddable } from '../../platform/overload/importance.ts'
import type { RoomLimits, WaitingRoomMode } from '../../ticketing/waiting-room/room-rules.ts'
import type { SettingParts } from './settings.ts'

/** What runbooks look at most, in GET /state of an API instance. */
export interface ApiDescription {
  cache: { source: SourceName; bypass: boolean; breaker: BreakerState }
  protection: { enabled: boolean }
  banner: { message: string } | null
  /** `replicaUsable`: whether the replica is read from when reads are set to it; else the primary stands in. */
  database: { reads: ReadSource; replicaUsable: boolean; poolMax: number }
  /** `class`: by hand. `limit`: how many requests may be under way because of overload; null: no limit. */
  loadShedding: { class: Sheddable; limit: number | null }
  /** Operations that are switched off. */
  disabled: string[]
  waitingRoom: { mode: WaitingRoomMode } & RoomLimits
}

export function describeApi({
  sources,
  protection,
  banner,
  waitingRoom,
  database,
  shedding,
  switches,
}: SettingParts & { sources: CacheSources; protection: Protection }): ApiDescription {
  return {
    cache: { source: sources.current.name, bypass: sources.bypassed, breaker: sources.current.breakerState },
    protection: { enabled: protection.enabled },
    banner: banner.message === null ? null : { message: banner.message },
    database: { reads: database.reads, replicaUsable: database.replicaUsable, poolMax: database.poolMax },
    loadShedding: { class: shedding.class, limit: shedding.limitOfNow },
    disabled: switches.disabled,
    waitingRoom: { mode: waitingRoom.mode, ...waitingRoom.limits },
  }
}
