import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** One process as Linux shows it. What this user may not read is empty. */
export interface ProcessEntry {
  pid: number
  parentPid: number
  /** Ticks since boot: with the pid, it names one process for ever, so that a reused pid is not mistaken for it. */
  startTicks: number
  /**
   * False for a zombie, which has ended and only waits for its parent: with all its threads, the last of which closes
   * its sockets.
   */
  alive: boolean
  /** The program's short name, as `ps` shows it: `redis-server`, whatever file it was started from. */
  name: string
  /** Its arguments; the short name when it has none. */
  command: string
}

/** Undefined when there is no such process (any more). */
export function processEntry(pid: number): ProcessEntry | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  // The name in brackets may itself hold brackets and blanks: the numbered fields begin after the last one.
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  const [state, parentPid, threads, startTicks] = [fields[0], fields[1], fields[17], fields[19]]
  if (state === undefined || parentPid === undefined || startTicks === undefined) return undefined
  const name = stat.slice(stat.indexOf('(') + 1, end)
  return {
    pid,
    parentPid: Number(parentPid),
    startTicks: Number(startTicks),
    alive: state === 'Z' ? Number(threads) > 1 : state !== 'X',
    name,
    command: readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || name,
  }
}

/** All living processes. */
export function processTable(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processEntry(Number(name)))
    .filter((entry): entry is ProcessEntry => entry?.alive === true)
}

export function isSameProcess(known: { pid: number; startTicks: number }): boolean {
  const now = processEntry(known.pid)
  return now?.alive === true && now.startTicks === known.startTicks
}

/** One variable of the environment that a process was started with. Undefined when unset, unreadable or overwritten. */
export function startedWith(pid: number, name: string): string | undefined {
  const entry = readText(`/proc/${pid}/environ`)
    .split('\0')
    .find((line) => line.startsWith(`${name}=`))
  return entry?.slice(name.length + 1)
}

/** The working folder, also of a folder that has been removed since. */
export function workingFolder(pid: number): string {
  return readLink(`/proc/${pid}/cwd`)
}

/** Proportional set size in bytes: shared pages are divided among their users, so that sums are true. */
export function pssBytes(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1]
  return Number(kib ?? 0) * 1024
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it has ended, or belongs to somebody else: both mean "nothing to see"
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file).replace(/ \(deleted\)$/, '')
  } catch {
    return '' // as above
  }
}
