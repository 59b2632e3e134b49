import { finishStep } from './finish-step.ts'
import type { Ended, Item, Walk } from './walk.ts'

/** A step that only a person can do. */
export async function walkManual(walk: Walk, item: Item): Promise<Ended> {
  const { stdio, asker } = walk
  const startedAt = new Date().toISOString()
  const answer = await asker.manual(item.step)
  if (answer === 'stop') return undefined
  const { outcome, note } = answer
  if (outcome === 'unattended') stdio.err(`  ${stdio.style('dim', '- by hand: left to a person')}\n`)
  return finishStep(walk, item, 'manual', outcome, { startedAt, ...(note === undefined ? {} : { note }) })
}
