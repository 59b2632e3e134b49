import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { labDir } from './folder/lab-dir.ts'
import { NAME_WIDTH, PARTS } from './parts/parts.ts'
import { lastLines } from './starting/start-parts.ts'

export interface LogsOptions {
  root: Root
  env: Readonly<Record<string, string | undefined>>
  /** A part, or `supervisord`. Absent: all, each line with the part's name in front. */
  name?: string | undefined
}

interface LogFile {
  name: string
  path: string
}

const POLL_MS = 200

/**
 * The last lines. Throws `usage` for a name that the lab does not have, `unreachable` when there are no logs at all.
 */
export function readLogs(options: LogsOptions & { lines: number }): string {
  return logFiles(options)
    .map((file) => format(lastLines(file.path, options.lines), file.name, options.name === undefined))
    .join('')
}

/** Hands over what is written from now on, until the signal. */
export async function followLogs(
  options: LogsOptions & { signal: AbortSignal; onText: (text: string) => void },
): Promise<void> {
  const files = logFiles(options).map((file) => ({ ...file, at: sizeOf(file.path), rest: '' }))
  while (!options.signal.aborted) {
    for (const file of files) {
      const size = sizeOf(file.path)
      if (size < file.at) file.at = 0 // supervisord has begun a new file
      if (size === file.at) continue
      const lines = (file.rest + readFrom(file.path, file.at, size)).split('\n')
      file.at = size
      file.rest = lines.pop() ?? ''
      const text = format(lines, file.name, options.name === undefined)
      if (text !== '') options.onText(text)
    }
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => {}) // Ctrl-C is how one stops following
  }
}

function logFiles({ root, env, name }: LogsOptions): LogFile[] {
  const names = [...PARTS.map((p) => p.name), 'supervisord']
  if (name !== undefined && !names.includes(name)) {
    throw new CliError('usage', `the lab has no part ${name}`, { hint: `Its parts are: ${names.join(', ')}.` })
  }
  const folder = join(labDir(root, env), 'logs')
  if (!existsSync(folder)) {
    throw new CliError('unreachable', 'there are no logs: the lab is not up', {
      hint: 'Start it with: drillbook lab up',
    })
  }
  return (name === undefined ? names : [name]).map((n) => ({ name: n, path: join(folder, `${n}.log`) }))
}

function format(lines: readonly string[], name: string, withName: boolean): string {
  return lines.map((line) => (withName ? `${name.padEnd(NAME_WIDTH)} | ${line}\n` : `${line}\n`)).join('')
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function readFrom(path: string, from: number, to: number): string {
  const buffer = Buffer.alloc(to - from)
  const file = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from)).toString('utf8')
  } finally {
    closeSync(file)
  }
}
