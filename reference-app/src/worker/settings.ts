import type { Protection } from '../cache/protection.ts'
import { cacheBypass, cacheSource, protectionEnabled } from '../cache/settings.ts'
import type { CacheSources } from '../cache/sources.ts'
import type { JobSwitches } from '../jobs/settings.ts'
import { type SettingRoute, settingRoute } from '../operations/setting.ts'
import type { ProviderChoice } from '../payments/provider-choice.ts'
import { paymentProvider } from '../payments/settings.ts'

export interface SettingParts {
  sources: CacheSources
  protection: Protection
  jobs: JobSwitches
  providerChoice: ProviderChoice
}

/** What operators can set at a worker, for all processes. A worker drops copies, so it must know where they are. */
export function workerSettings({ sources, protection, jobs, providerChoice }: SettingParts): SettingRoute[] {
  return [
    settingRoute('/cache/source', 'another Redis, at once', { source: cacheSource(sources) }),
    settingRoute('/cache/bypass', 'no Redis at all', { bypass: cacheBypass(sources) }),
    settingRoute('/protection', 'no breaker, no short limits, no single-flight, no stale copies: for drills', {
      enabled: protectionEnabled(protection, sources),
    }),
    settingRoute('/payments/provider', 'who charges orders', { provider: paymentProvider(providerChoice) }),
    jobs.route,
  ]
}
