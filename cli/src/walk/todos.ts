import { printable } from '@drillbook/content/text/printable'
import { kindOf } from './decisions.ts'
import { finishStep } from './finish-step.ts'
import { limitText } from './show-step.ts'
import { itemsOf, type Walk } from './walk.ts'

/** Lists the long-term steps of the runbook and records them as open, without asking. */
export function leaveTodos(walk: Walk): void {
  const { stdio, runbook } = walk
  const items = itemsOf(runbook).filter(({ step }) => step.phase === 'long-term')
  const steps = new Set(items.map(({ step }) => step))
  if (steps.size === 0) return
  const { long } = runbook.frontMatter.limitsMs
  stdio.err(`\n${stdio.style('bold', `To do in the long term (within ${limitText(long)}):`)}\n`)
  for (const { title, goal } of steps) stdio.err(`  - ${printable(`${title}: ${goal.replace(/\s+/g, ' ')}`)}\n`)
  for (const item of items) {
    const note = item.step.goal.replace(/\s+/g, ' ')
    const record = finishStep(walk, item, kindOf(item), 'open', { startedAt: new Date().toISOString(), note })
    walk.onStep?.(record)
  }
}
