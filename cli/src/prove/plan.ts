import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { drillNames } from '../drill/drill-file.ts'
import { controlNames } from './control-file.ts'

/** One thing to run. */
export interface Item {
  kind: 'control' | 'drill'
  name: string
}

export interface Wanted {
  /** Classes; empty: all of them, and the controls. */
  only: readonly string[]
  /** How often each is run. */
  repeat: number
  /** One drill for each class instead of all of them, and no controls. */
  oneEach: boolean
}

/**
 * What is to be run, in order: the controls first, since a system that is not quiet proves nothing, then the drills by
 * name; a whole round before the next, so that repetitions do not stand side by side. Classes that the environment does
 * not have (`has`) are left out. Throws `usage` for an unknown class.
 */
export function planOf(root: Root, has: (incident: string) => boolean, { only, repeat, oneEach }: Wanted): Item[] {
  const drills = drillNames(root).filter((name) => has(classOf(name)))
  const classes = [...new Set(drills.map(classOf))]
  const unknown = only.filter((name) => !classes.includes(name))
  if (unknown.length > 0) {
    throw new CliError('usage', `there is no drill of ${unknown.join(', ')}`, {
      hint: `Classes with drills: ${classes.join(', ') || 'none'}.`,
    })
  }
  const chosen = drills.filter((name) => only.length === 0 || only.includes(classOf(name)))
  const round: Item[] = [
    ...(only.length > 0 || oneEach ? [] : controlNames(root).map((name) => ({ kind: 'control' as const, name }))),
    ...(oneEach ? firstOfEach(chosen) : chosen).map((name) => ({ kind: 'drill' as const, name })),
  ]
  if (round.length === 0)
    throw new CliError('usage', 'there is nothing to prove: no drill in runbooks/drills can be run here')
  return Array.from({ length: repeat }, () => round).flat()
}

/** The class's own name is its default variant, and sorts before `CLASS.variant`. */
function firstOfEach(drills: readonly string[]): string[] {
  return drills.filter((name, i) => drills.findIndex((other) => classOf(other) === classOf(name)) === i)
}

export function classOf(drill: string): string {
  return drill.split('.')[0] ?? drill
}
