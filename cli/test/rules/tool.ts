import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Root, rootAt } from '@drillbook/content/root'

/** For a tool that hangs; a little less than a test may take. Playing the rules' longest story takes promtool 7 s of processor time. */
const LIMIT_MS = 140_000

/** The drillbook of this checkout. */
export const checkout: Root = rootAt(join(import.meta.dirname, '..', '..', '..'))

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'drillbook-rules-'))
}

/** Runs promtool or amtool. `output` is stdout and stderr. */
export function run(command: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS })
  if (error) throw error
  return { status, output: stdout + stderr }
}

/** stdout of a tool that must succeed. */
export function outputOf(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS, stdio: ['ignore', 'pipe', 'pipe'] })
}
