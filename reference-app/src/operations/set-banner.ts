import type { Controls } from './controls.ts'

export async function setBanner(controls: Controls, actor: string, message: string | null): Promise<void> {
  const before = controls.banner.message
  controls.banner.set(message)
  await controls.recordChange({ actor, action: 'banner', before, after: message })
}
