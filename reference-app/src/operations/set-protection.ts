import type { Controls } from './controls.ts'

/** Either way the breakers start closed and without memory: what they saw belongs to the other mode. */
export async function setProtection(controls: Controls, actor: string, enabled: boolean): Promise<void> {
  const before = controls.protection.enabled
  controls.protection.set(enabled)
  controls.sources.resetBreakers()
  await controls.recordChange({ actor, action: 'protection', before, after: enabled })
}
