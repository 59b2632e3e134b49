import type { Banner } from '../../platform/banner.ts'
import { bannerMessage } from '../../platform/banner.ts'
import { type SettingRoute, settingRoute } from '../../platform/controls/setting.ts'
import type { Database } from '../../platform/database/database.ts'
import { databaseReads } from '../../platform/database/settings.ts'
import type { KillSwitches } from '../../platform/overload/kill-switches.ts'
import type { LoadShedding } from '../../platform/overload/load-shedding.ts'
import { loadSheddingClass, routeSettings } from '../../platform/overload/settings.ts'
import {
  waitingRoomAdmissionRate,
  waitingRoomCapacity,
  waitingRoomMode,
} from '../../ticketing/waiting-room/settings.ts'
import type { WaitingRoom } from '../../ticketing/waiting-room/waiting-room.ts'
import { OPERATIONS } from './operations.ts'

export interface SettingParts {
  banner: Banner
  database: Database
  shedding: LoadShedding
  switches: KillSwitches
  waitingRoom: WaitingRoom
}

/**
 * What operators can set at an API instance beyond what every process has (`process/controls.ts`). Who may is in
 * `operations/access.ts`.
 */
export function apiSettings({ banner, database, waitingRoom, shedding, switches }: SettingParts): SettingRoute[] {
  return [
    settingRoute('/banner', 'a sentence for users; null takes it down', { message: bannerMessage(banner) }),
    settingRoute('/load-shedding', 'turns away this class of requests and all below it, whatever the load', {
      class: loadSheddingClass(shedding),
    }),
    settingRoute('/database/reads', 'reads of the catalogue to the primary or the replica', {
      source: databaseReads(database),
    }),
    routeSettings(switches, Object.keys(OPERATIONS)),
    settingRoute('/waiting-room', 'mode live, static or off; how many are in at a time, and let in per second', {
      mode: waitingRoomMode(waitingRoom),
      capacity: waitingRoomCapacity(waitingRoom),
      admissionsPerSecond: waitingRoomAdmissionRate(waitingRoom),
    }),
  ]
}
