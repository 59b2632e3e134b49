import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { printable } from '@drillbook/content/text/printable'
import { readRunbook } from '../runbook/read-runbook.ts'
import type { Runbook } from '../runbook/runbook.ts'
import type { Outcome, Phase } from './events.ts'
import type { IncidentState, StepRecord } from './fold.ts'
import type { IncidentRecord } from './record.ts'
import { renderTimeline } from './timeline.ts'

const DID: Record<Outcome, string> = {
  done: 'done',
  failed: '**failed**',
  skipped: 'skipped',
  unattended: 'left to a person',
  unknown: 'could not be checked',
  'not-applicable': 'not needed',
  open: 'to do',
}

/**
 * The post-mortem of one incident as Markdown: what the record knows is filled in, what only people know is asked for.
 * Blameless by its questions. Times are UTC.
 */
export function renderReport(root: Root, record: IncidentRecord): string {
  const state = record.state()
  const runbook = runbookOf(root, state.incident)
  return [
    `# Post-mortem: ${printable(runbook?.frontMatter.title ?? state.incident)}`,
    facts(state),
    `## Impact\n\n${impact(state)}\n\n${signs(state)}`,
    `## Timeline\n\n${renderTimeline(record.events()).trimEnd()}`,
    `## What was tried and what it did\n\n${tried(state)}`,
    `## Five whys\n\nAsk of the system, not of people.\n\n${[1, 2, 3, 4, 5].map((n) => `${n}. Why? ...`).join('\n')}`,
    `## What went well, where we were lucky\n\n- ...`,
    `## Actions\n\n${actions(state, runbook)}\n`,
  ].join('\n\n')
}

function facts({ id, incident, environment, actor, drill, openedAt, closedAt, alerts }: IncidentState): string {
  const lasted = closedAt === undefined ? 'still open' : formatDuration(Date.parse(closedAt) - Date.parse(openedAt))
  const first = alerts.flatMap((a) => a.since ?? []).toSorted()[0]
  const rows = [
    ['Incident', `${id}${drill === undefined ? '' : ` (DRILL ${drill})`}`],
    ['Class', incident],
    ['Environment', environment],
    ['First sign', first ?? 'not known'],
    ['Opened', `${openedAt} by ${actor}`],
    ['Closed', closedAt ?? 'still open'],
    ['Lasted', lasted],
    [
      'Alerts',
      alerts.map((a) => `${a.name}${a.severity === undefined ? '' : ` (${a.severity})`}`).join(', ') || 'none recorded',
    ],
  ]
  return ['| | |', '|---|---|', ...rows.map(([name = '', value = '']) => row(name, value))].join('\n')
}

/** One row of a table. What others wrote ends neither the row nor a cell. */
function row(...cells: (string | number)[]): string {
  return `| ${cells.map((cell) => printable(String(cell)).replaceAll('|', '\\|')).join(' | ')} |`
}

function impact({ id, impact: counted, closedAt, pendingImpact }: IncidentState): string {
  const rows = counted.map(({ service, requests, failed, slow, from, until }) =>
    row(service, requests, failed, slow, `${from} to ${until}`),
  )
  const figures =
    rows.length > 0
      ? [
          '| service | requests | failed operations | slower than 1 s | counted by Prometheus |',
          '|---|---|---|---|---|',
          ...rows,
        ].join('\n')
      : `Failed and slow requests: ${whyNone(id, closedAt, pendingImpact)}`
  return `${figures}\n\nWho noticed what, for how long, and what did it cost them? ...`
}

function whyNone(id: string, closedAt: string | undefined, pending: string | undefined): string {
  if (closedAt === undefined) return 'counted when the incident is closed.'
  if (pending !== undefined)
    return `still to be counted (${printable(pending)}): \`drillbook incident close ${id}\` does it.`
  return 'could not be counted; take them from the dashboards for the time above.'
}

function signs({ steps }: IncidentState): string {
  const looked = steps.filter((s) => s.phase === 'signs' && s.kind === 'check')
  if (looked.length === 0) return 'No signs were recorded.'
  return [
    'Signs at the beginning of the walk:',
    '',
    '| sign | value | is a sign when | |',
    '|---|---|---|---|',
    ...looked.map((s) => row(s.name, s.shown ?? '-', s.expect ?? '', s.note ?? '')),
  ].join('\n')
}

/** Each act with the checks that followed it: what was done, and what that changed. */
function tried({ steps }: IncidentState): string {
  const rows = steps
    .filter((s) => s.phase !== 'signs' && s.outcome !== 'unattended' && s.outcome !== 'open')
    .map((s) => row(s.title, s.name, DID[s.outcome], effect(s)))
  if (rows.length === 0) return 'Nothing was recorded.'
  return ['| step | what | ended | effect |', '|---|---|---|---|', ...rows].join('\n')
}

function effect(step: StepRecord): string {
  const { note, overridden, kind } = step
  const told = note === undefined ? '' : note.replace(/\s+/g, ' ')
  const unasked = overridden && kind === 'act' ? 'although it was not offered' : ''
  return [figures(step), told, unasked].filter(Boolean).join('; ')
}

function figures({ kind, outcome, answer, shown, expect, targets, startedAt, finishedAt }: StepRecord): string {
  if (outcome === 'not-applicable') return ''
  if (answer !== undefined) return shown === undefined ? answer : `${answer}: ${shown}, yes is ${expect}`
  const took = formatDuration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)))
  if (kind === 'check') return `${shown ?? 'no value'}, wanted ${expect ?? '?'}, after ${took}`
  if (kind !== 'act' || targets === undefined) return ''
  return `${targets.filter((t) => t.ok).length} of ${targets.length} targets in ${took}`
}

/** Of a step: with these there is nothing left to do. */
const SETTLED: readonly (Outcome | undefined)[] = ['done', 'not-applicable']

const TERMS: readonly { heading: string; phases: readonly Phase[] }[] = [
  { heading: 'Short term (this week)', phases: ['immediate', 'short-term'] },
  { heading: 'Mid term (this month)', phases: ['afterwards'] },
  { heading: 'Long term', phases: ['long-term'] },
]

/** What the walk left undone, as open actions, and room for more. */
function actions(state: IncidentState, runbook: Runbook | undefined): string {
  const ended = new Map(state.steps.map((s) => [s.name, s.outcome]))
  return TERMS.map(({ heading, phases }) => {
    const open = (runbook?.steps ?? [])
      .filter((step) => phases.includes(step.phase))
      .filter((step) =>
        (step.blocks.length > 0 ? step.blocks.map((b) => b.name) : [step.slug]).some(
          (name) => !SETTLED.includes(ended.get(name)),
        ),
      )
      .map((step) => `- [ ] ${step.title}: ${step.goal.replace(/\s+/g, ' ')} (owner: ..., by: ...)`)
    return `### ${heading}\n\n${[...open, '- [ ] ... (owner: ..., by: ...)'].join('\n')}`
  }).join('\n\n')
}

/** A runbook that is gone or broken by now does not keep the post-mortem from being written. */
function runbookOf(root: Root, incident: string): Runbook | undefined {
  try {
    return readRunbook(root, incident)
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}
