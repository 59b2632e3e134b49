import type { Controls } from './controls.ts'

/** How much was copied. */
export interface Warmed {
  done: number
  total: number
}

/** Resolves when everything is in the current source. Throws `warm_up_running` or `warm_up_failed`. */
export async function warmUpCache(controls: Controls, actor: string): Promise<Warmed> {
  const before = controls.warmUp.progress
  const { done, total } = await controls.warmUp.run(controls.warmUpPlan)
  await controls.recordChange({ actor, action: 'cache.warm-up', before, after: controls.warmUp.progress })
  return { done, total }
}
