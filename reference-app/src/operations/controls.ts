import type { Protection } from '../cache/protection.ts'
import type { CacheSources } from '../cache/sources.ts'
import type { Copy, WarmUp } from '../cache/warm-up.ts'
import type { Banner } from './banner.ts'
import type { RecordChange } from './change.ts'

/** What the operations port can reach. */
export interface Controls {
  instance: string
  version: string
  sources: CacheSources
  protection: Protection
  banner: Banner
  warmUp: WarmUp
  /** Everything that a warm-up copies. */
  warmUpPlan: () => Promise<Copy[]>
  recordChange: RecordChange
}
