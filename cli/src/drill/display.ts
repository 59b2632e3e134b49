import { formatDuration } from '@drillbook/content/duration'
import { printable } from '@drillbook/content/text/printable'
import type { ReceivedMessage } from '../slack/received.ts'
import type { Stdio } from '../stdio.ts'
import type { DrillListener } from './drill-listener.ts'
import type { PhaseRecord } from './journal.ts'

const MARKS = { passed: ['green', '✔'], failed: ['red', '✘'], skipped: ['dim', '–'], running: ['cyan', '▸'] } as const

/** What a person sees while a drill runs: phases with marks and durations, and events below them. All on stderr. */
export class Display implements DrillListener {
  private readonly stdio: Stdio

  constructor(stdio: Stdio) {
    this.stdio = stdio
  }

  title(text: string, detail: string): void {
    this.stdio.err(`\n${this.stdio.style('bold', printable(text))}\n${this.stdio.style('dim', printable(detail))}\n\n`)
  }

  phaseStarts(name: string): void {
    this.stdio.err(`${this.stdio.style('cyan', '▸')} ${this.stdio.style('bold', name)}\n`)
  }

  phaseEnds(phase: PhaseRecord): void {
    const [color, sign] = MARKS[phase.status]
    const took = formatDuration(Date.parse(phase.finishedAt ?? phase.startedAt) - Date.parse(phase.startedAt))
    this.stdio.err(
      `${this.stdio.style(color, sign)} ${phase.name} ${this.stdio.style('dim', took)}  ${printable(phase.text)}\n`,
    )
  }

  line(text: string): void {
    this.stdio.err(`  ${printable(text)}\n`)
  }

  warning(text: string): void {
    this.stdio.err(`  ${this.stdio.style('yellow', '!')} ${printable(text)}\n`)
  }

  alert(name: string, state: 'firing' | 'resolved', expected: boolean): void {
    const sign = state === 'firing' ? this.stdio.style('red', '●') : this.stdio.style('green', '○')
    const note = expected ? '' : this.stdio.style('yellow', ' (not expected)')
    this.stdio.err(`  ${sign} ${clock()} alert ${this.stdio.style('bold', printable(name))} ${state}${note}\n`)
  }

  /** As people would see it in Slack. */
  message(message: ReceivedMessage): void {
    const bar = this.stdio.style('magenta', '┃')
    const lines = message.text.trimEnd().split('\n')
    this.stdio.err(
      `  ${this.stdio.style('magenta', '┏ Slack')} ${this.stdio.style('dim', clock(message.receivedAt))}\n`,
    )
    for (const line of lines) this.stdio.err(`  ${bar} ${printable(line)}\n`)
  }
}

/** Local time for people; records hold UTC. */
function clock(iso?: string): string {
  return (iso === undefined ? new Date() : new Date(iso)).toTimeString().slice(0, 8)
}
