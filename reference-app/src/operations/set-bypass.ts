import type { Controls } from './controls.ts'

export async function setBypass(controls: Controls, actor: string, bypass: boolean): Promise<void> {
  const before = controls.sources.bypassed
  controls.sources.setBypass(bypass)
  await controls.recordChange({ actor, action: 'cache.bypass', before, after: bypass })
}
