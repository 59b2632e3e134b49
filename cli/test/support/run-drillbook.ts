import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'drillbook.js')

export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

/** The real command in a process of its own. */
export function startDrillbook(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env }
  const child = spawn(process.execPath, [BIN, ...argv], { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    text.stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    text.stderr += String(chunk)
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...text }))
  })
  return { child, ended }
}

/** Runs it to its end. */
export function runDrillbook(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Ended> {
  return startDrillbook(argv, options).ended
}
