import { deploymentInfo, gauge, type MetricsRegistry } from '@drillbook/instrumentation'
import { z } from 'zod'
import type { Setting } from '../controls/setting.ts'

/**
 * A release that answers 500 to a share of the requests, until it is rolled back. While it is on, `deployment_info`
 * shows it.
 */
export class FaultyRelease {
  private readonly deployed: (version: string) => void
  private readonly version: string
  private share = 0
  private due = 0

  constructor(registry: MetricsRegistry, version: string) {
    this.version = version
    this.deployed = (now) => deploymentInfo(registry, { version: now })
    const share = () => this.share
    gauge(registry, {
      name: 'drill_failing_ratio',
      help: 'Share of the requests that a drill lets fail on this instance',
      collect() {
        this.set(share())
      },
    })
  }

  /** `share`: 0 is the good release. */
  deploy(share: number): void {
    this.share = share
    this.due = 0
    this.deployed(share === 0 ? this.version : `${this.version}+drill`)
  }

  /** Whether this request fails: with a share of 0.2 each fifth. */
  fails(): boolean {
    this.due += this.share
    if (this.due < 1 - Number.EPSILON * 10) return false
    this.due -= 1
    return true
  }
}

/** Of all instances, and of those that start later, too: it is the release that is faulty. */
export function failingShare(release: FaultyRelease): Setting<number> {
  return {
    name: 'drills.failing-share',
    schema: z.number().min(0).max(1),
    initial: 0,
    apply: (share) => release.deploy(share),
  }
}
