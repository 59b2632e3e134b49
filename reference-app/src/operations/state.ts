import type { BreakerState } from '../cache/breaker.ts'
import type { SourceName } from '../cache/source.ts'
import type { Controls } from './controls.ts'

/** Everything that operators can change on one instance, as it is now. */
export interface State {
  instance: string
  version: string
  cache: { source: SourceName; bypass: boolean; breaker: BreakerState }
  protection: { enabled: boolean }
  banner: { message: string } | null
}

export function describeState({ instance, version, sources, protection, banner }: Controls): State {
  return {
    instance,
    version,
    cache: { source: sources.current.name, bypass: sources.bypassed, breaker: sources.current.breakerState },
    protection: { enabled: protection.enabled },
    banner: banner.message === null ? null : { message: banner.message },
  }
}
