import { own, printable } from '@drillbook/content/text/printable'
import type { Stdio } from '../stdio.ts'

/** A line that is wrapped cannot be overwritten, so it is cut at this or at the terminal's width. */
const COLUMNS = 80
const ERASED = own('\r\u001b[2K')
/** Without a terminal a line stays, so it is written seldom. */
const PAUSE_MS = 3000

/**
 * A line of progress on stderr: overwritten on a terminal that can (not TERM=dumb), else one line every few seconds.
 */
export interface LiveLine {
  show(text: string): void
  /** Ends it: on a terminal it disappears. */
  end(): void
}

export function liveLine(stdio: Stdio): LiveLine {
  let shownAt = Number.NEGATIVE_INFINITY
  let open = false
  const overwrites = stdio.interactive && stdio.env.TERM !== 'dumb'
  return {
    show(outside) {
      const text = printable(outside)
      if (overwrites) {
        stdio.err(`${ERASED}${text.slice(0, Math.min(stdio.columns() ?? COLUMNS, COLUMNS) - 2)}`)
        open = true
      } else if (performance.now() - shownAt >= PAUSE_MS) {
        stdio.err(`${text}\n`)
        shownAt = performance.now()
      }
    },
    end() {
      if (open) stdio.err(ERASED)
      open = false
    },
  }
}
