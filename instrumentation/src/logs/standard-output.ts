import { once } from 'node:events'
import { type DestinationStream, pino } from 'pino'

/**
 * What waits for a disk that is full or a reader that is slow, some ten thousand lines. Beyond it lines are dropped.
 * Bytes.
 */
const MAX_WAITING = 8 * 1024 * 1024
/**
 * For who reads the log, at the end of a process: as with traces, well inside the 10 s that supervisors grant.
 * Milliseconds.
 */
const LAST_LINES_MS = 2_000

/**
 * Of each output: resolves when its lines are written, at the latest when the signal says so; at once when they cannot
 * be.
 */
const outputs: ((limit: AbortSignal) => Promise<unknown>)[] = []

/**
 * Standard output for a log. A full disk behind it costs lines, not the process: by default pino would throw out of the
 * event loop and then, at exit, wait for space for ever. Failed lines are retried with the next one.
 */
export function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING })
  const write = stream.write.bind(stream)
  const flush = stream.flushSync.bind(stream)
  let failing = false
  let waiting = false
  stream.on('error', () => {
    failing = true
  })
  stream.on('write', () => {
    failing = false
  })
  stream.on('drain', () => {
    waiting = false
  })
  stream.write = (line: string) => {
    waiting = true
    return write(line)
  }
  // Called at the end of the process: it does not return before everything is written.
  stream.flushSync = () => {
    if (!failing) flush()
  }
  outputs.push(async (signal) => {
    // Lines that are late by then, or fail, are lost.
    if (waiting && !failing) await once(stream, 'drain', { signal }).catch(() => undefined)
  })
  return stream
}

/**
 * For a process that ends by a signal, with nothing to call `flushSync`: resolves when the lines logged so far are
 * written, within 2 s.
 */
export async function linesWritten(): Promise<void> {
  const limit = AbortSignal.timeout(LAST_LINES_MS)
  await Promise.all(outputs.map((written) => written(limit)))
}
