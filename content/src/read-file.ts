import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

const MIB = 1024 * 1024

/**
 * The longest file of each kind that is read, in bytes. Ours have some 30 KiB, records of a long incident some 100 KiB.
 */
export const FILE_LIMITS = {
  /** Environments, rules, runbooks, drills. */
  content: MIB,
  /** Dashboards: Grafana exports values with them. */
  dashboard: 16 * MIB,
  /** Events of an incident, the journal of a drill, the keeper's state. */
  record: 64 * MIB,
  /** A token or a webhook; a lock; what says where the lab listens. */
  small: 64 * 1024,
} as const

/**
 * The text of a regular file of at most `limitBytes`. Throws the system's errors, and for anything else than a file (a
 * FIFO, a device, a folder) or a longer one an error that says so: it never waits for a writer, and never reads without
 * an end.
 */
export function readTextFile(path: string, limitBytes: number): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw new Error('it is not a regular file')
    // Read and not only asked for its size: a file of /proc has none, and another one may grow meanwhile.
    const chunks: Buffer[] = []
    for (let bytes = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(limitBytes + 1 - bytes, MIB))
      const read = readSync(fd, chunk)
      if (read === 0) return Buffer.concat(chunks).toString('utf8')
      bytes += read
      if (bytes > limitBytes) throw new Error(`it is longer than ${sizeText(limitBytes)}`)
      chunks.push(chunk.subarray(0, read))
    }
  } finally {
    closeSync(fd)
  }
}

/** 1048576 to "1 MiB". */
export function sizeText(bytes: number): string {
  return bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / 1024} KiB`
}
