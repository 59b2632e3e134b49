import type { Ended, Item, Walk } from './walk.ts'
import { walkAct } from './walk-act.ts'
import { walkCheck, walkSign } from './walk-check.ts'
import { walkCommand } from './walk-command.ts'
import { walkDecision } from './walk-decision.ts'
import { walkLook } from './walk-look.ts'
import { walkManual } from './walk-manual.ts'

/**
 * Does one thing of a step, each kind in its way. `unfinishedSince` (UTC): it was started then and its end is unknown.
 */
export function walkItem(walk: Walk, item: Item, unfinishedSince: string | undefined): Promise<Ended> {
  const { block, step } = item
  switch (block?.type) {
    case 'check':
      if (block.decides) return walkDecision(walk, item, block)
      return step.phase === 'signs' ? walkSign(walk, item, block) : walkCheck(walk, item, block)
    case 'act':
      return walkAct(walk, item, block, unfinishedSince)
    case 'look':
      return walkLook(walk, item, block)
    case 'command':
      return walkCommand(walk, item, block)
    case undefined:
      return walkManual(walk, item)
  }
}
