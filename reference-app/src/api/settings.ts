import type { Protection } from '../cache/protection.ts'
import { cacheBypass, cacheSource, protectionEnabled } from '../cache/settings.ts'
import type { CacheSources } from '../cache/sources.ts'
import type { JobSwitches } from '../jobs/settings.ts'
import type { Banner } from '../operations/banner.ts'
import { bannerMessage } from '../operations/banner-setting.ts'
import { type SettingRoute, settingRoute } from '../operations/setting.ts'

export interface SettingParts {
  sources: CacheSources
  protection: Protection
  banner: Banner
  jobs: JobSwitches
}

/** What operators can set at an API instance, for all of them. Who may is in `operations/access.ts`. */
export function apiSettings({ sources, protection, banner, jobs }: SettingParts): SettingRoute[] {
  return [
    settingRoute('/cache/source', 'another Redis, at once', { source: cacheSource(sources) }),
    settingRoute('/cache/bypass', 'no Redis at all', { bypass: cacheBypass(sources) }),
    settingRoute('/banner', 'a sentence for users; null takes it down', { message: bannerMessage(banner) }),
    settingRoute('/protection', 'no breaker, no short limits, no single-flight, no stale copies: for drills', {
      enabled: protectionEnabled(protection, sources),
    }),
    jobs.route,
  ]
}
