import { readFileSync } from 'node:fs'

/**
 * When a process was started, in the kernel's own count, to tell it from a later one with the same number. Empty for one that has
 * ended and that its parent never collected; undefined where /proc does not say (macOS), or there is no such process.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The third field and the 22nd, counted after the program's name, which may hold blanks (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[19]
  } catch {
    return undefined // then the number alone has to do
  }
}
