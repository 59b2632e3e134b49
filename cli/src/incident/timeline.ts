import { formatDuration } from '@drillbook/content/duration'
import { printable } from '@drillbook/content/text/printable'
import type { IncidentEvent, Outcome } from './events.ts'

const WORD: Record<Outcome, string> = {
  done: 'done',
  failed: 'FAILED',
  skipped: 'skipped',
  unattended: 'left to a person (nobody was there)',
  unknown: 'could not be checked',
  'not-applicable': 'not needed',
  open: 'to do',
}

/** One line of the timeline, printable. `at` is UTC, ISO 8601. */
export interface TimelineEntry {
  at: string
  text: string
}

/** The events as sentences. What a reader cannot use (the start of an act that also ended) is left out. */
export function timeline(events: readonly IncidentEvent[]): TimelineEntry[] {
  return events.flatMap((event, index) => {
    const text = sentence(event, events.slice(index + 1))
    return text === undefined ? [] : [{ at: event.at, text: printable(text) }]
  })
}

/** The timeline as a Markdown table, times in UTC. */
export function renderTimeline(events: readonly IncidentEvent[]): string {
  const rows = timeline(events).map(({ at, text }) => `| ${clock(at)} | ${text.replaceAll('|', '\\|')} |`)
  return ['| UTC | what happened |', '|---|---|', ...rows, ''].join('\n')
}

/** 2026-11-21T03:15:00.123Z to "2026-11-21 03:15:00". */
function clock(at: string): string {
  return at.slice(0, 19).replace('T', ' ')
}

function sentence(event: IncidentEvent, later: readonly IncidentEvent[]): string | undefined {
  switch (event.type) {
    case 'opened':
      return `${event.drill === undefined ? 'Incident' : `DRILL ${event.drill}:`} ${event.incident} opened in ${event.environment} by ${event.actor}`
    case 'alert':
      return `Alert ${event.name}${event.severity === undefined ? '' : ` (${event.severity})`} ${event.state}${event.since === undefined ? '' : `, since ${clock(event.since)}`}`
    case 'walk.started':
      return `${event.actor} ${event.resumes ? 'resumes' : 'starts'} the runbook ${event.runbook}${event.mode === 'yes' ? ', unattended' : ''}`
    case 'walk.ended':
      return {
        finished: 'End of the runbook',
        stopped: 'The walk was stopped',
        interrupted: 'The walk was interrupted',
      }[event.reason]
    case 'act.started': {
      const end = later.find((e) => (e.type === 'act.finished' || e.type === 'act.started') && e.step === event.step)
      return end?.type === 'act.finished' ? undefined : `Act ${event.action} started; its end is unknown`
    }
    case 'act.finished': {
      const refusals = event.targets.filter((t) => !t.ok).map((t) => `${t.target}: ${oneLine(t.output)}`)
      return `Act ${event.action} ${event.ok ? 'done' : 'FAILED'} in ${formatDuration(event.durationMs)}${event.overridden ? ', although it was not offered' : ''}${refusals.length === 0 ? '' : ` (${refusals.join('; ')})`}`
    }
    case 'step.finished': {
      if (event.phase === 'signs' && event.kind === 'check') {
        return `Sign ${event.step}: ${event.outcome === 'done' ? `${event.note} (${event.shown}; a sign is ${event.expect})` : WORD[event.outcome]}`
      }
      if (event.outcome === 'open') return `To do in the long term: ${event.title}`
      const value =
        event.expect === undefined
          ? ''
          : ` (${event.shown ?? 'no value'}, ${event.answer === undefined ? 'wanted' : 'yes is'} ${event.expect})`
      const note = event.note === undefined ? '' : `: ${oneLine(event.note)}`
      return `${event.title}${event.kind === 'manual' ? '' : ` [${event.step}]`}: ${event.answer ?? WORD[event.outcome]}${value}${note}`
    }
    case 'impact':
      return `Impact on ${event.service} since ${clock(event.from)}${event.until === undefined ? '' : ` until ${clock(event.until)}`}: ${event.requests} requests, ${event.failed} operations failed, ${event.slow} answers slower than 1 s`
    case 'impact.pending':
      return `Alerts and impact at the end could not be recorded yet: ${oneLine(event.reason)}`
    case 'impact.recorded':
      return undefined
    case 'note':
      return `${event.actor} notes: ${oneLine(event.text)}`
    case 'drill.phase':
      return `${event.phase}: ${oneLine(event.text)}`
    case 'closed':
      return `Incident closed by ${event.actor}${event.note === undefined ? '' : `: ${oneLine(event.note)}`}`
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}
