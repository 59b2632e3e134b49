import { join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { lockHolder, takeLock } from '@drillbook/content/lock/lock'

/** Held while the lab is brought up or taken down: the files whose names begin so. */
export const LOCK = 'lock'

/**
 * Takes the lab's lock; a lock whose holder is dead (`kill -9`, reboot) is taken over. Returns how to give it back.
 * Throws `refused` when somebody living holds it.
 */
export function lockLab(dir: string, doing: string): () => void {
  const taken = takeLock(join(dir, LOCK), doing)
  if (typeof taken === 'function') return taken
  throw new CliError('refused', `the lab in ${dir} is being ${taken.doing} by pid ${taken.pid} right now`, {
    hint: 'Wait until it is done, or end it with Ctrl-C there.',
  })
}

/** Is a living process bringing the lab up or taking it down? */
export function isLabLocked(dir: string): boolean {
  return lockHolder(join(dir, LOCK)) !== undefined
}
