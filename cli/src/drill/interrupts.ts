import type { Stdio } from '../stdio.ts'

/**
 * The first Ctrl-C is the process's to notice (main.ts); the second one aborts `hurry`: do not wait for the undo.
 * Returns the function that stops listening.
 */
export function onInterrupts(stdio: Stdio, hurry: AbortController, faults: () => readonly string[]): () => void {
  const first = () =>
    stdio.err(`\n${stdio.style('yellow', 'Ctrl-C:')} rolling back. Once more leaves it to the keeper.\n`)
  const second = () => {
    if (!stdio.signal.aborted || hurry.signal.aborted) return
    hurry.abort()
    stdio.err(`\nNot waiting. This may still be on: ${faults().join(', ')}. Finish it with: drillbook drill undo\n`)
  }
  const onSignal = () => (seen++ === 0 ? undefined : second())
  let seen = 0
  stdio.signal.addEventListener('abort', first, { once: true })
  process.on('SIGINT', onSignal)
  return () => {
    stdio.signal.removeEventListener('abort', first)
    process.off('SIGINT', onSignal)
  }
}
