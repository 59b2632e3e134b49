import { existsSync, statSync } from 'node:fs'
import { environmentFiles } from '@drillbook/content/environment/sources'
import type { Root } from '@drillbook/content/root'
import { type Environment, loadEnvironment } from './environment.ts'

/**
 * The environment as its file or folder says it at each call, for a process that lives long: instances come and go.
 * While it cannot be read or understood, as it was last. Throws as `loadEnvironment` does, at once and never later.
 */
export function currentEnvironment(
  root: Root,
  nameOrFile: string,
  env: Readonly<Record<string, string | undefined>>,
): () => Environment {
  let known = loadEnvironment(root, nameOrFile, env)
  let seen = changedAt(known.file)
  return () => {
    const now = changedAt(known.file)
    if (now === seen) return known
    seen = now
    try {
      known = loadEnvironment(root, nameOrFile, env)
    } catch {
      // whoever broke it is told by his own command; what is on must still be undone
    }
    return known
  }
}

/** Differs from before when one of its files was written, came or went. */
function changedAt(path: string): string {
  if (!existsSync(path)) return ''
  return environmentFiles(path)
    .map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`)
    .join('\n')
}
