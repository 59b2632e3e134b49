import type { Phase, Runbook } from '../runbook/runbook.ts'
import { type Check, type Journal, MOMENTS, type Moment } from './journal.ts'
import { figuresOf } from './scorecard.ts'

const MOMENT_TEXT: Record<Moment, string> = {
  injectedAt: 'Fault injected',
  confirmedAt: 'Effect confirmed',
  signalAt: 'Signal: the rule holds on stored samples',
  firingAt: 'Alert fires',
  notifiedAt: 'Slack notified',
  mitigatedAt: 'Mitigated: users no longer suffer',
  recoveredAt: 'Recovered: back to the hypothesis',
  resolvedAt: 'Resolved message received',
}

const HELD: Record<Check['state'], string> = { held: 'yes', failed: '**no**', 'not proven': '**not proven**' }

const TERMS: readonly [Phase, string][] = [
  ['immediate', 'Short: at once'],
  ['short-term', 'Mid: within hours'],
  ['long-term', 'Long: within weeks'],
]

/** The post-mortem of a drill as Markdown: what the journal knows is filled in, what only people know is asked. */
export function drillReport(data: Journal, runbook: Runbook | undefined): string {
  const sections = [
    head(data),
    section('Scorecard', table(['', ''], figuresOf(data))),
    section(
      'Checks',
      table(
        ['Held', 'Check', 'Seen'],
        data.checks.map((c) => [HELD[c.state], c.name, c.text]),
      ),
    ),
    section('Timeline (UTC)', timeline(data)),
    section('Impact', impact(data)),
    section('Alerts', alerts(data)),
    section('What was tried, and what it did', steps(data)),
    section('Slack', messages(data)),
    section('Five whys', whys()),
    section('Actions', actions(data, runbook)),
    section('Undone', undo(data)),
  ]
  return `${sections.join('\n\n')}\n`
}

function head(data: Journal): string {
  const said = data.hypothesis.saidByHuman
  return [
    `# Drill report: ${data.title}`,
    '',
    `Verdict: **${data.verdict}** · drill \`${data.drill}\` · incident \`${data.incident}\` · environment \`${data.environment}\`${data.speed === 1 ? '' : ` (rules ran ${data.speed} times faster)`} · protection ${data.protection ?? 'not judged'} · ${data.id}`,
    ...(data.reasons.length === 0 ? [] : ['', ...data.reasons.map((reason) => `- ${reason}`)]),
    '',
    `Hypothesis: ${data.hypothesis.title}.${said === null ? '' : ` Before the drill, people expected: ${said}`}`,
  ].join('\n')
}

function timeline(data: Journal): string {
  const start = data.times.injectedAt
  const events = [
    ...MOMENTS.flatMap((m) => {
      const at = data.times[m]
      return at === null ? [] : [{ at, what: `**${MOMENT_TEXT[m]}**`, evidence: data.evidence[m] ?? '' }]
    }),
    ...data.steps
      .filter((s) => s.kind === 'act')
      .map((s) => ({ at: s.finishedAt, what: `Runbook: ${s.title}`, evidence: `${s.name}: ${s.outcome}` })),
    ...data.undo.map((u) => ({
      at: u.finishedAt,
      what: `Undone: ${u.what}`,
      evidence: `keeper, read-back ${u.readBack}`,
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
  const rows = events.map(({ at, what, evidence }) => [at.slice(11, 23), sinceText(start, at), what, code(evidence)])
  return table(['Time', 'After', 'What', 'Evidence'], rows)
}

function impact({ impact: { requests, failed, slow, evidence } }: Journal): string {
  if (requests === null || failed === null || slow === null) return `Not counted: ${evidence}.`
  const share = (part: number) => (requests === 0 ? '' : ` (${((100 * part) / requests).toFixed(2)} %)`)
  return `Of ${requests} requests, ${failed} failed${share(failed)} and ${slow} took longer than 1 s${share(slow)}. Source: ${evidence}.`
}

function alerts({ alerts: { expected, fired, unexpected, detail }, overhead }: Journal): string {
  const rows = detail.map((a) => [
    a.name,
    a.signalAt?.slice(11, 23) ?? '–',
    a.firingAt?.slice(11, 23) ?? '–',
    a.notifiedAt?.slice(11, 23) ?? '–',
    a.inFirstMessage ? 'first' : 'later',
    a.overheadSeconds === null ? '–' : `${a.overheadSeconds.toFixed(2)} s`,
  ])
  return [
    table(['Expected alert', 'Signal', 'Firing', 'Slack', 'Message', 'Overhead'], rows),
    '',
    `Expected: ${expected.join(', ')}. Fired: ${fired.join(', ') || 'none'}. Unexpected: ${unexpected.join(', ') || 'none'}.`,
    ...(overhead === null
      ? []
      : [
          '',
          'Overhead is what was added to what the configuration asks for: rule interval, `for`, and group wait (group interval for an alert that joined a later message).',
        ]),
  ].join('\n')
}

function steps(data: Journal): string {
  if (data.steps.length === 0) return 'The runbook was not walked.'
  const rows = data.steps.map((s) => [
    s.phase,
    s.title,
    s.outcome,
    s.kind === 'check'
      ? `${s.shown ?? 'no value'}${s.expect === undefined ? '' : ` (expected ${s.expect})`}`
      : (s.targets?.map((t) => `${t.target}: ${t.ok ? 'ok' : t.output || 'refused'}`).join('; ') ?? s.note ?? ''),
  ])
  const record = data.incidentId === null ? '' : `\n\nThe whole record: \`drillbook incident show ${data.incidentId}\`.`
  return `${table(['Phase', 'Step', 'Outcome', 'What it did'], rows)}${record}`
}

function messages(data: Journal): string {
  if (data.messages.length === 0) return 'Nothing was received.'
  return data.messages
    .map(
      (m) =>
        `${m.at.slice(11, 23)} ${m.kind}${m.delivered ? '' : ', **not delivered**'}\n\n${m.text.trim().replace(/^/gm, '> ')}`,
    )
    .join('\n\n')
}

function whys(): string {
  return ['Why did users suffer, or why not?', 'Why?', 'Why?', 'Why?', 'Why?']
    .map((q, i) => `${i + 1}. ${q} _..._`)
    .join('\n')
}

/** The steps of the runbook, but for those that only another cause would have needed. */
function actions(data: Journal, runbook: Runbook | undefined): string {
  return TERMS.map(([phase, heading]) => {
    const planned = runbook?.steps.filter((s) => s.phase === phase) ?? []
    const lines = planned.flatMap((step) => {
      const names = [step.slug, ...step.blocks.map((b) => b.name)]
      const records = data.steps.filter((r) => names.includes(r.name))
      const needed = records.filter((r) => r.outcome !== 'not-applicable')
      if (records.length > 0 && needed.length === 0) return []
      const done = needed.length > 0 && needed.every((r) => r.outcome === 'done')
      return [`- [${done ? 'x' : ' '}] ${step.title}`]
    })
    return `### ${heading}\n\n${lines.length === 0 ? '- [ ] _..._' : lines.join('\n')}`
  }).join('\n\n')
}

function undo(data: Journal): string {
  if (data.undo.length === 0) return 'Nothing was started.'
  const rows = data.undo.map((u) => [u.what, u.ok ? 'yes' : '**no**', u.readBack, String(u.attempts), u.error ?? ''])
  return table(['What', 'Undone', 'Read-back', 'Attempts', 'Remark'], rows)
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((c) => c.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`
  return [line(header), `|${header.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('`', "'")}\``
}

function sinceText(start: string | null, at: string): string {
  if (start === null) return ''
  const seconds = (Date.parse(at) - Date.parse(start)) / 1000
  return `${seconds >= 0 ? '+' : ''}${seconds.toFixed(1)} s`
}
