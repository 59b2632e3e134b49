import type { Stdio } from '../stdio.ts'

/** Narrower than any terminal in use, so that a line is never wrapped and can be overwritten. */
const WIDTH = 78
/** Without a terminal a line stays, so it is written seldom. */
const PAUSE_MS = 3000

/** A line of progress on stderr: overwritten on a terminal, else one line every few seconds. */
export interface LiveLine {
  show(text: string): void
  /** Ends it: on a terminal it disappears. */
  end(): void
}

export function liveLine(stdio: Stdio): LiveLine {
  let shownAt = Number.NEGATIVE_INFINITY
  let open = false
  return {
    show(text) {
      if (stdio.interactive) {
        stdio.err(`\r\u001b[2K${text.slice(0, WIDTH)}`)
        open = true
      } else if (performance.now() - shownAt >= PAUSE_MS) {
        stdio.err(`${text}\n`)
        shownAt = performance.now()
      }
    },
    end() {
      if (open) stdio.err('\r\u001b[2K')
      open = false
    },
  }
}
