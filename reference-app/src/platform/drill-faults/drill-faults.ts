import type { MetricsRegistry } from '@drillbook/instrumentation'
import type { Action } from '../controls/action.ts'
import { type SettingRoute, settingRoute } from '../controls/setting.ts'
import { FaultyRelease, failingShare } from './faulty-release.ts'
import { delayAction, SlowInstance } from './slow-instance.ts'

/**
 * What drills can do to an instance. There are none where drills are not allowed (`DRILLS`): no route, no metric,
 * nothing in the way of a request.
 */
export interface DrillFaults {
  release: FaultyRelease
  slow: SlowInstance
  settings: SettingRoute[]
  actions: Action<unknown>[]
}

export function drillFaults(registry: MetricsRegistry, version: string): DrillFaults {
  const release = new FaultyRelease(registry, version)
  const slow = new SlowInstance(registry)
  return {
    release,
    slow,
    settings: [
      settingRoute('/drills/failing-share', 'a release that answers 500 to this share of the requests: for drills', {
        share: failingShare(release),
      }),
    ],
    actions: [delayAction(slow)],
  }
}
