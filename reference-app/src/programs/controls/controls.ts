import { samplingRatio, setSamplingRatio } from '@drillbook/instrumentation'
import { z } from 'zod'
import type { ProviderChoice } from '../../commerce/payments/provider-choice.ts'
import { paymentProvider } from '../../commerce/payments/settings.ts'
import type { Protection } from '../../platform/cache/protection.ts'
import { cacheBypass, cacheSource, protectionEnabled } from '../../platform/cache/settings.ts'
import type { CacheSources } from '../../platform/cache/sources.ts'
import type { Action, View } from '../../platform/controls/action.ts'
import { type Setting, type SettingRoute, settingRoute } from '../../platform/controls/setting.ts'
import type { Database } from '../../platform/database/database.ts'
import { databasePool } from '../../platform/database/settings.ts'
import type { JobSwitches } from '../../platform/jobs/settings.ts'
import { Problem } from '../../platform/problem/problem.ts'
import { heapSnapshotAction, heapView } from './heap-controls.ts'
import { HeapSnapshots } from './heap-snapshots.ts'

export interface ControlParts {
  sources: CacheSources
  protection: Protection
  database: Database
  jobs: JobSwitches
  providerChoice: ProviderChoice
  heapSnapshotDir: string | undefined
}

/** Routes of an operations port. */
export interface Controls {
  settings: SettingRoute[]
  actions: Action<unknown>[]
  views: View[]
}

/**
 * What operators can do at every process, API instance or worker. Also a worker drops copies, so it must know where
 * they are.
 */
export function processControls(parts: ControlParts): Controls {
  const { sources, protection, database, jobs, providerChoice, heapSnapshotDir } = parts
  return {
    settings: [
      settingRoute('/cache/source', 'another Redis, at once', { source: cacheSource(sources) }),
      settingRoute('/cache/bypass', 'no Redis at all', { bypass: cacheBypass(sources) }),
      settingRoute(
        '/protection',
        'no breaker, no short limits, no single-flight, no stale copies, no load shedding: for drills',
        { enabled: protectionEnabled(protection, sources) },
      ),
      settingRoute('/database/pool', 'connections of each process to the primary at most', {
        max: databasePool(database),
      }),
      settingRoute('/tracing', 'share of what begins here that is traced', { samplingRatio: tracingSamplingRatio() }),
      settingRoute('/payments/provider', 'who charges orders', { provider: paymentProvider(providerChoice) }),
      jobs.route,
    ],
    actions: [heapSnapshotAction(new HeapSnapshots(heapSnapshotDir))],
    views: [jobs.view, heapView],
  }
}

/** Share of the traces that start here; at first what the environment says. Refused with `tracing_off`. */
function tracingSamplingRatio(): Setting<number> {
  const initial = samplingRatio() ?? 0
  return {
    name: 'tracing.sampling-ratio',
    schema: z.number().min(0).max(1),
    initial,
    apply: (ratio) => {
      if (setSamplingRatio(ratio) || ratio === initial) return
      throw new Problem('tracing_off', 'It was started without @drillbook/instrumentation/register.')
    },
  }
}
