import { printable } from '@drillbook/content/text/printable'
import type { Outcome, StepKind } from '../incident/events.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { Answer } from './asker.ts'
import { type Findings, finishStep } from './finish-step.ts'
import type { Ended, Item, Walk } from './walk.ts'

/** Why a block is not offered now, for people; undefined: it is. */
export function notOffered({ decisions }: Walk, { block }: Item): string | undefined {
  if (block?.when === undefined) return undefined
  const { decision, answer } = block.when
  const given = decisions.get(decision)
  return given === answer ? undefined : `${decision}: ${given ?? 'unknown'}`
}

/** Puts on the record that a block was not offered, so that the record is complete. */
export function leaveOut(walk: Walk, item: Item, reason: string): StepRecord {
  const note = `not offered (${reason})`
  return finishStep(walk, item, kindOf(item), 'not-applicable', { startedAt: new Date().toISOString(), note })
}

export function kindOf({ block }: Item): StepKind {
  if (block === undefined) return 'manual'
  return block.type === 'look' ? 'command' : block.type
}

/** What a block that decides found out. */
export interface Measured {
  /** Absent: it could not be told, because of `reason`. */
  answer?: Answer
  reason?: string
  /** What the answer rests on: "3, yes is > 0". */
  evidence?: string
}

/** Shows the answer, lets a person change it, and keeps it for the blocks whose condition it is. */
export async function settle(
  walk: Walk,
  item: Item,
  { answer, reason, evidence }: Measured,
  findings: Findings,
): Promise<Ended> {
  const { stdio, asker, actor, decisions } = walk
  const because = [evidence, reason].filter(Boolean).join('; ')
  const found = `${item.name}: ${answer ?? 'unknown'}${because === '' ? '' : ` (${printable(because)})`}`
  stdio.err(`  ${answer === undefined ? stdio.style('yellow', '?') : stdio.style('cyan', '→')} ${found}\n`)
  const said = await asker.decide({ name: item.name, ...(answer === undefined ? {} : { measured: answer }) })
  if (said === 'stop') return undefined
  if (said === 'unknown') decisions.delete(item.name)
  else decisions.set(item.name, said)
  const overridden = answer !== undefined && said !== answer
  const note = overridden ? `the check said ${answer}, ${actor} said ${said}` : reason
  const outcome: Outcome = said === 'unknown' ? 'unknown' : 'done'
  return finishStep(walk, item, kindOf(item), outcome, {
    ...findings,
    ...(said === 'unknown' ? {} : { answer: said }),
    ...(overridden ? { overridden } : {}),
    ...(note === undefined ? {} : { note }),
  })
}
