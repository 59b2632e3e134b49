import { formatDuration } from '@drillbook/content/duration'
import { printable } from '@drillbook/content/text/printable'
import type { FrontMatter, Phase, Step } from '../runbook/runbook.ts'
import type { Stdio } from '../stdio.ts'
import { indented } from '../terminal/indented.ts'

const HEADING: Record<Phase, string> = {
  signs: 'Signs',
  immediate: 'Immediate',
  'short-term': 'Short term',
  'long-term': 'Long term',
  afterwards: 'Afterwards',
}

/** The phase, and how much of its time is used. The limits are people's time, whatever the environment's speed. */
export function showPhase(stdio: Stdio, phase: Phase, limits: FrontMatter['limitsMs'], openedAt: Date): void {
  const limitMs = {
    signs: undefined,
    immediate: limits.immediate,
    'short-term': limits.short,
    'long-term': limits.long,
    afterwards: undefined,
  }[phase]
  const usedMs = Date.now() - openedAt.getTime()
  const time = limitMs === undefined ? '' : `: ${formatDuration(usedMs)} of ${limitText(limitMs)} used`
  const late = limitMs !== undefined && usedMs > limitMs
  stdio.err(`\n${stdio.style('bold', `== ${HEADING[phase]}`)}${late ? stdio.style('red', `${time}, overdue`) : time}\n`)
}

/** As a runbook writes it: 15m, 2h, 1w. */
export function limitText(ms: number): string {
  const units = [
    ['w', 604_800_000],
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const
  const [unit, unitMs] = units.find(([, size]) => ms % size === 0) ?? ['s', 1000]
  return `${ms / unitMs}${unit}`
}

/** The step's title with why, how and what for. */
export function showStep(stdio: Stdio, step: Step): void {
  if (step.phase === 'signs' && step.title === 'Signs') return
  stdio.err(`\n${stdio.style('bold', printable(step.title))}\n`)
  if (step.prose !== '') stdio.err(indented(step.prose, '  ', stdio.columns()))
  for (const [label, text] of [
    ['why', step.why],
    ['method', step.method],
    ['goal', step.goal],
  ] as const) {
    if (text !== '')
      stdio.err(
        `  ${stdio.style('dim', label.padEnd(6))} ${indented(text, ' '.repeat(9), stdio.columns()).trimStart()}`,
      )
  }
}
