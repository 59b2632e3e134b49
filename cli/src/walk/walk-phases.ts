import { printable } from '@drillbook/content/text/printable'
import type { IncidentState } from '../incident/fold.ts'
import type { Phase, Step } from '../runbook/runbook.ts'
import { leaveOut, notOffered } from './decisions.ts'
import { showPhase, showStep } from './show-step.ts'
import { leaveTodos } from './todos.ts'
import { type Item, itemsOf, type Walk } from './walk.ts'
import { walkItem } from './walk-item.ts'

/**
 * In the order in which they are walked. What is for the long term is listed at the end, and nobody is asked about it.
 */
const WALKED: readonly Phase[] = ['signs', 'immediate', 'short-term', 'afterwards']

/** Goes through all phases; `before`: on from there. True when the last step was reached. */
export async function walkPhases(walk: Walk, before: IncidentState | undefined): Promise<boolean> {
  const { stdio, runbook, incident } = walk
  const done = finishedBefore(before)
  if (before !== undefined) sayResumed(walk, before, done.size)
  const openedAt = new Date(incident.state().openedAt)
  const todo = itemsOf(runbook).filter((item) => !done.has(item.name))
  for (const phase of WALKED) {
    const items = todo.filter(({ step }) => step.phase === phase)
    if (items.length === 0) continue
    showPhase(stdio, phase, runbook.frontMatter.limitsMs, openedAt)
    if (!(await walkPhase(walk, items, before?.unfinishedAct))) return false
  }
  leaveTodos(walk)
  return true
}

/** What does not go with the answers so far is left out, and may be asked for when the phase is over. */
async function walkPhase(
  walk: Walk,
  items: readonly Item[],
  unfinished: IncidentState['unfinishedAct'],
): Promise<boolean> {
  const left: Item[] = []
  for (const [step, own] of Map.groupBy(items, (item) => item.step)) {
    const offered = (item: Item) => item.name === unfinished?.step || notOffered(walk, item) === undefined
    const title = own.some(offered) ? undefined : step.title
    if (title === undefined) showStep(walk.stdio, step)
    else sayLeftOut(walk, title, own)
    for (const item of own) {
      walk.signal.throwIfAborted()
      const reason = notOffered(walk, item)
      if (reason === undefined || item.name === unfinished?.step) {
        const goesOn = await walkOne(walk, reason === undefined ? item : { ...item, overridden: true }, unfinished)
        if (!goesOn) return false
        continue
      }
      if (title === undefined) sayLeftOut(walk, item.name, [item])
      left.push(item)
      const record = leaveOut(walk, item, reason)
      walk.onStep?.(record)
    }
  }
  return offerLeft(walk, left)
}

/** A person may know better than the runbook. */
async function offerLeft(walk: Walk, left: readonly Item[]): Promise<boolean> {
  const acts = left.flatMap(({ name, block }) => (block?.type === 'act' ? [name] : []))
  if (acts.length === 0) return true
  const answer = await walk.asker.notOffered({ acts })
  if (answer !== 'offer') return answer === 'continue'
  let shown: Step | undefined
  for (const item of left) {
    walk.signal.throwIfAborted()
    if (shown !== item.step) showStep(walk.stdio, item.step)
    shown = item.step
    if (!(await walkOne(walk, { ...item, overridden: true }, undefined))) return false
  }
  return true
}

/** False: the person chose to stop. */
async function walkOne(walk: Walk, item: Item, unfinished: IncidentState['unfinishedAct']): Promise<boolean> {
  const since = unfinished?.step === item.name ? unfinished.startedAt : undefined
  const ended = await walkItem(walk, item, since)
  if (ended !== undefined) walk.onStep?.(ended)
  return ended !== undefined
}

function sayLeftOut(walk: Walk, name: string, items: readonly Item[]): void {
  const reasons = [...new Set(items.map((item) => notOffered(walk, item)))].join(', ')
  walk.stdio.err(`  ${walk.stdio.style('dim', `– ${printable(name)}: not offered (${reasons})`)}\n`)
}

/**
 * What a resumed walk need not do again. A failure at the very end had nobody's answer yet, so it is done again, and so
 * is an act whose end is unknown.
 */
function finishedBefore(before: IncidentState | undefined): Set<string> {
  const steps = before?.steps ?? []
  const last = steps.at(-1)
  const finished = steps.filter((s) => (s !== last || s.outcome !== 'failed') && s.name !== before?.unfinishedAct?.step)
  return new Set(finished.map((s) => s.name))
}

function sayResumed({ stdio }: Walk, before: IncidentState, count: number): void {
  const ended = { stopped: 'was stopped', interrupted: 'was interrupted', finished: 'ended', unknown: 'was killed' }[
    before.walk?.ended ?? 'unknown'
  ]
  stdio.err(`\nThe walk ${ended} after ${count} step${count === 1 ? '' : 's'}; going on there.\n`)
  const act = before.unfinishedAct
  if (act !== undefined) stdio.err(`${act.action} was started at ${act.startedAt} and its end is unknown.\n`)
}
