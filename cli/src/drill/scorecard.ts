import { formatDuration } from '@drillbook/content/duration'
import { printable } from '@drillbook/content/text/printable'
import type { Stdio } from '../stdio.ts'
import type { Check, Journal } from './journal.ts'

const NOT_JUDGED: [string, string] = ['Harm to users', 'not judged: the drill says nothing of protection']

const MARKS: Record<Check['state'], ['green' | 'red' | 'yellow', string]> = {
  held: ['green', '✔'],
  failed: ['red', '✘'],
  'not proven': ['yellow', '?'],
}

/** The scorecard's figures as label and value, for the terminal and for the report alike. */
export function figuresOf(data: Journal): [label: string, value: string][] {
  const seconds = (value: number | null) => (value === null ? 'not reached' : formatDuration(value * 1000))
  const count = (value: number | null) => (value === null ? 'not counted' : String(value))
  const { scorecard, impact, overhead } = data
  const asked =
    overhead === null
      ? ''
      : ` (${overhead.alert}: ${overhead.signalToNotifiedSeconds} s, of which ${overhead.intervalSeconds} s interval, ${overhead.forSeconds} s for, ${overhead.groupWaitSeconds} s ${overhead.groupWasThere ? 'group_interval' : 'group_wait'} are configured)`
  return [
    ['Time to detect', seconds(scorecard.secondsToDetect)],
    ['Time to notify', seconds(scorecard.secondsToNotify)],
    ['Time to mitigate', seconds(scorecard.secondsToMitigate)],
    ['Time to recover', seconds(scorecard.secondsToRecover)],
    ['Time to resolve', seconds(scorecard.secondsToResolve)],
    [
      'Detection overhead',
      data.overheadSeconds === null ? 'not known' : `${data.overheadSeconds.toFixed(2)} s${asked}`,
    ],
    ['Requests', count(impact.requests)],
    ['Failed requests', count(impact.failed)],
    ['Slow requests (> 1 s)', count(impact.slow)],
    ['Mitigated by', data.mitigatedBy],
    ...(data.protection === null ? [NOT_JUDGED] : []),
  ]
}

/** Printed at the end. */
export function formatScorecard(data: Journal, style: Stdio['style']): string {
  const lines = [`\n${style('bold', `Scorecard: ${data.drill} in ${data.environment}`)}`]
  for (const [label, value] of figuresOf(data)) lines.push(`  ${label.padEnd(22)} ${value}`)
  lines.push('')
  for (const { state, name, text } of data.checks) {
    const [color, sign] = MARKS[state]
    const detail = state === 'not proven' && !text.includes(state) ? `${state}: ${text}` : text
    lines.push(`  ${style(color, sign)} ${name.padEnd(28)} ${style('dim', printable(detail))}`)
  }
  const color = data.verdict === 'passed' ? 'green' : data.verdict === 'failed' ? 'red' : 'yellow'
  lines.push('', `  ${style([color, 'bold'], data.verdict.toUpperCase())}`)
  for (const reason of data.reasons) lines.push(`  ${style(color, printable(reason))}`)
  return `${lines.join('\n')}\n`
}
