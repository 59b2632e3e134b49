import { linesWritten } from '../logs/standard-output.ts'
import { flushTraces } from './flush-traces.ts'

type Signal = 'SIGTERM' | 'SIGINT'

/**
 * Sends waiting spans when the process is asked to end, and leaves the ending itself to the application: if it listens
 * to the signal, it alone decides (the last spans go out when its event loop runs empty; one that calls
 * `process.exit()` should await `flushTraces()` first). If nobody else listens, the signal is raised again after the
 * flush and after the last lines of the log, and does what it would have done.
 */
export function flushOnExit(target: NodeJS.Process = process): void {
  for (const signal of ['SIGTERM', 'SIGINT'] satisfies Signal[]) {
    target.once(signal, () => {
      const others = target.listenerCount(signal) > 0
      flushTraces().then(async () => {
        if (others) return
        await linesWritten()
        target.kill(target.pid, signal)
      })
    })
  }
  target.once('beforeExit', () => {
    flushTraces()
  })
}
