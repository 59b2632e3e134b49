import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/child.ts'
import { scratchFolder } from '../support/scratch.ts'

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url))
const PLANTED = fileURLToPath(new URL('planted', import.meta.url))

/** What the reference app needs to run, besides its packages. */
const PARTS = ['src', 'openapi.yaml', 'package.json']

/**
 * A copy of the reference app with one bug. Outside the checkout, because below it git would skip what the patch says; the packages are those of
 * the checkout. Rejects when the patch does not apply.
 */
export async function patchedCopy(name: string): Promise<{ folder: string; remove(): void }> {
  const scratch = scratchFolder()
  const folder = join(scratch.path, 'reference-app')
  mkdirSync(folder)
  for (const part of PARTS) cpSync(join(CHECKOUT, 'reference-app', part), join(folder, part), { recursive: true })
  symlinkSync(join(CHECKOUT, 'node_modules'), join(scratch.path, 'node_modules'))
  const patch = join(PLANTED, `${name}.patch`)
  // One line of context is enough, so that a change nearby does not cost a new patch.
  const applied = await run('git', ['apply', '-C1', '--verbose', patch], { cwd: scratch.path })
  if (applied.process.exitCode === 0) return { folder, remove: scratch.remove }
  scratch.remove()
  throw new Error(`planted/${name}.patch does not apply any more. Make it anew (README.md):\n${applied.stderr}`)
}
