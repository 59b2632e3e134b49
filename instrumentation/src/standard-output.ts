import { type DestinationStream, pino } from 'pino'

/** What waits for a disk that is full or a reader that is slow, some ten thousand lines. Beyond it lines are dropped. Bytes. */
const MAX_WAITING = 8 * 1024 * 1024

/**
 * Standard output for a log. A full disk behind it costs lines, not the process: by itself pino would throw out of the event loop and then, on its
 * way out, wait for space for ever, answering nobody. What could not be written is tried again with the next line.
 */
export function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING })
  const flush = stream.flushSync.bind(stream)
  let failing = false
  stream.on('error', () => {
    failing = true
  })
  stream.on('write', () => {
    failing = false
  })
  // Called at the end of the process: it does not return before everything is written.
  stream.flushSync = () => {
    if (!failing) flush()
  }
  return stream
}
