import { z } from 'zod'
import type { Setting } from '../controls/setting.ts'
import type { Protection } from './protection.ts'
import { SOURCE_NAMES, type SourceName } from './source.ts'
import type { CacheSources } from './sources.ts'

/** Refused with `cache_read_only` or `cache_unreachable`: the old source is used on. */
export function cacheSource(sources: CacheSources): Setting<SourceName> {
  return {
    name: 'cache.source',
    schema: z.enum(SOURCE_NAMES),
    initial: 'primary',
    apply: (source) => sources.use(source),
  }
}

export function cacheBypass(sources: CacheSources): Setting<boolean> {
  return { name: 'cache.bypass', schema: z.boolean(), initial: false, apply: (bypass) => sources.setBypass(bypass) }
}

/** Either way the breakers start closed and without memory: what they saw belongs to the other mode. */
export function protectionEnabled(protection: Protection, sources: CacheSources): Setting<boolean> {
  return {
    name: 'protection',
    schema: z.boolean(),
    initial: true,
    apply: (enabled) => {
      protection.set(enabled)
      sources.resetBreakers()
    },
  }
}
