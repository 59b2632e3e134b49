import type { SourceName } from '../cache/source.ts'
import type { Controls } from './controls.ts'

/** Throws `cache_read_only` or `cache_unreachable`: the old source is used on. */
export async function useSource(controls: Controls, actor: string, source: SourceName): Promise<void> {
  const before = controls.sources.current.name
  await controls.sources.use(source)
  await controls.recordChange({ actor, action: 'cache.source', before, after: source })
}
