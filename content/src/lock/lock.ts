import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../errors.ts'
import { FILE_LIMITS, readTextFile } from '../read-file.ts'
import { isStillRunning, processMark } from './process-start.ts'

/** Who has a lock. `doing` is what they said when they took it; `file` is what to remove if they are gone for good. */
export interface Holder {
  pid: number
  host: string
  doing: string
  file: string
}

const content = z.object({ host: z.string(), doing: z.string() })

/** Longest wait for a process that claimed the lock at the same moment, and later than this one, to withdraw. */
const PATIENCE_MS = 1000
const PAUSE_MS = 2
let claims = 0

/**
 * Takes the lock `path` and gives the function that releases it, or says who has it. Of many that try at once one gets
 * in, never two; a lock whose holder has died is free. Synchronous, and waits at most PATIENCE_MS.
 *
 * Each process adds a claim of its own, `PATH.<since>-<pid>-<start>-<n>`, and only then looks for others: whoever sees
 * no other living claim has the lock, since of two that look, the later one finds the earlier one's. Names are never
 * used twice, so that removing a dead claim cannot remove a living one; with one file for all, it could.
 */
export function takeLock(path: string, doing: string): (() => void) | Holder {
  const mine = addClaim(path, doing)
  const release = () => rmSync(mine, { force: true })
  for (const until = performance.now() + PATIENCE_MS; ; pause()) {
    const [first] = livingClaims(path).filter(({ file }) => file !== mine)
    if (first === undefined) return release
    if (first.file > mine && performance.now() < until) continue
    release()
    return first
  }
}

/** The holder. Undefined: not held. */
export function lockHolder(path: string): Holder | undefined {
  return livingClaims(path)[0]
}

/** Complete before it counts as a claim: a process that is killed meanwhile leaves none. */
function addClaim(path: string, doing: string): string {
  const since = String(Date.now()).padStart(14, '0')
  const file = `${path}.${since}-${process.pid}-${processMark(process.pid)}-${++claims}`
  writeFileSync(`${file}.new`, JSON.stringify({ host: hostname(), doing }), { mode: 0o600, flag: 'wx' })
  renameSync(`${file}.new`, file)
  return file
}

/** Oldest first. Removes what dead processes of this host left. */
function livingClaims(path: string): Holder[] {
  const prefix = `${basename(path)}.`
  return entries(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .sort()
    .flatMap((name) => {
      const [, pid, mark = '', unfinished] = /^\d{14}-(\d+)-(\w+)-\d+(\.new)?$/.exec(name.slice(prefix.length)) ?? []
      if (pid === undefined) return []
      const file = join(dirname(path), name)
      const said = readClaim(file)
      if (said === undefined) return []
      const alive = isStillRunning({ pid: Number(pid), host: said.host, mark })
      if (!alive) rmSync(file, { force: true, recursive: true })
      return alive && unfinished === undefined ? [{ pid: Number(pid), ...said, file }] : []
    })
}

/** Undefined when it is gone: released. A claim that cannot be understood counts as one of this host. */
function readClaim(file: string): z.infer<typeof content> | undefined {
  try {
    return content.parse(JSON.parse(readTextFile(file, FILE_LIMITS.small)))
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? undefined : { host: hostname(), doing: '' }
  }
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [] // no folder, no claims
    throw error
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}
