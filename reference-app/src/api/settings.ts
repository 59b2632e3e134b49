import type { Protection } from '../cache/protection.ts'
import { cacheBypass, cacheSource, protectionEnabled } from '../cache/settings.ts'
import type { CacheSources } from '../cache/sources.ts'
import type { Database } from '../database/database.ts'
import { databasePool, databaseReads } from '../database/settings.ts'
import type { JobSwitches } from '../jobs/settings.ts'
import type { Banner } from '../operations/banner.ts'
import { bannerMessage } from '../operations/banner-setting.ts'
import { type SettingRoute, settingRoute } from '../operations/setting.ts'
import type { KillSwitches } from '../overload/kill-switches.ts'
import type { LoadShedding } from '../overload/load-shedding.ts'
import { loadSheddingClass, routeSettings } from '../overload/settings.ts'
import type { ProviderChoice } from '../payments/provider-choice.ts'
import { paymentProvider } from '../payments/settings.ts'
import { tracingSamplingRatio } from '../process/tracing-setting.ts'
import { waitingRoomAdmissionRate, waitingRoomCapacity, waitingRoomMode } from '../waiting-room/settings.ts'
import type { WaitingRoom } from '../waiting-room/waiting-room.ts'

export interface SettingParts {
  sources: CacheSources
  protection: Protection
  banner: Banner
  database: Database
  jobs: JobSwitches
  providerChoice: ProviderChoice
  shedding: LoadShedding
  switches: KillSwitches
  waitingRoom: WaitingRoom
}

/** What operators can set at an API instance, for all of them. Who may is in `operations/access.ts`. */
export function apiSettings({
  sources,
  protection,
  banner,
  database,
  jobs,
  waitingRoom,
  providerChoice,
  shedding,
  switches,
}: SettingParts): SettingRoute[] {
  return [
    settingRoute('/cache/source', 'another Redis, at once', { source: cacheSource(sources) }),
    settingRoute('/cache/bypass', 'no Redis at all', { bypass: cacheBypass(sources) }),
    settingRoute('/banner', 'a sentence for users; null takes it down', { message: bannerMessage(banner) }),
    settingRoute(
      '/protection',
      'no breaker, no short limits, no single-flight, no stale copies, no load shedding: for drills',
      {
        enabled: protectionEnabled(protection, sources),
      },
    ),
    settingRoute('/load-shedding', 'turns away this class of requests and all below it, whatever the load', {
      class: loadSheddingClass(shedding),
    }),
    settingRoute('/database/reads', 'reads of the catalogue to the primary or the replica', {
      source: databaseReads(database),
    }),
    settingRoute('/database/pool', 'connections of each instance to the primary at most', {
      max: databasePool(database),
    }),
    settingRoute('/tracing', 'share of requests that are traced', { samplingRatio: tracingSamplingRatio() }),
    settingRoute('/payments/provider', 'who charges orders', { provider: paymentProvider(providerChoice) }),
    routeSettings(switches),
    settingRoute('/waiting-room', 'mode live, static or off; how many are in at a time, and let in per second', {
      mode: waitingRoomMode(waitingRoom),
      capacity: waitingRoomCapacity(waitingRoom),
      admissionsPerSecond: waitingRoomAdmissionRate(waitingRoom),
    }),
    jobs.route,
  ]
}
