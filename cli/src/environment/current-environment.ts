import { statSync } from 'node:fs'
import type { Root } from '../content/root.ts'
import { type Environment, loadEnvironment } from './environment.ts'

/**
 * The environment as its file says it at each call, for a process that lives long: instances come and go. While the file cannot be
 * read or understood, as it was last. Throws as `loadEnvironment` does, at once and never later.
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

function changedAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
