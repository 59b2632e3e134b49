import type { ProofRun } from './proof.ts'
import type { AlertRow, RunRow } from './table.ts'

/** docs/proof.md: for each alert whether it is proven, and what the drills measured. */
export function proofMarkdown(alerts: readonly AlertRow[], rows: readonly RunRow[], runs: readonly ProofRun[]): string {
  const days = runs.map((run) => run.startedAt.slice(0, 10)).sort()
  const speeds = [...new Set(runs.map((run) => `${run.environment} (rules ${run.speed} times faster)`))]
  const drills = rows.filter((row) => row.kind === 'drill')
  const controls = rows.filter((row) => row.kind === 'control')
  const when = days[0] === days.at(-1) ? `on ${days[0]}` : `between ${days[0]} and ${days.at(-1)}`
  return `# Proof

Written by \`drillbook prove\` from \`proof.json\` beside it; do not edit. ${runs.length} runs ${when} in ${speeds.join(', ')}.

## Alerts

Tested: a promtool case in \`alerts/tests\` makes it fire. The other columns count the runs of the drills that expect it.

${table(
  ['Class', 'Alert', 'Tested', 'Fired', 'Delivered', 'Mended', 'Resolved', 'Drills'],
  alerts.map((row) => [
    row.incident,
    row.alert,
    row.tested ? 'yes' : '**no**',
    ...(row.runs === 0
      ? [
          '–',
          '–',
          '–',
          '–',
          row.noDrill === undefined ? '**no run of a drill that expects it**' : `none: [why](${row.noDrill})`,
        ]
      : [
          of(row.fired, row.runs),
          of(row.delivered, row.runs),
          of(row.mended, row.runs),
          of(row.resolved, row.runs),
          row.drills.join(', '),
        ]),
  ]),
)}

## Drills

Seconds after the injection, of the runs that passed: median / worst. Overhead: what the plumbing added to the interval,
\`for\` and group wait that are configured; negative when they were not needed in full.

${table(
  [
    'Drill',
    'Passed',
    'Detect',
    'Notify',
    'Mitigate',
    'Recover',
    'Resolve',
    'Overhead',
    'Fired besides what it expects',
  ],
  drills.map((row) => [
    row.name,
    row.passed === row.runs ? of(row.passed, row.runs) : `**${of(row.passed, row.runs)}** (${row.verdicts})`,
    ...(['detect', 'notify', 'mitigate', 'recover', 'resolve'] as const).map((mark) =>
      both(row.median?.[mark], row.worst?.[mark]),
    ),
    both(row.overhead?.median, row.overhead?.worst),
    row.fired.filter((alert) => !row.expected.includes(alert)).join(', ') || 'nothing',
  ]),
)}

## Controls

${table(
  ['Control', 'Passed', 'Fired'],
  controls.map((row) => [
    row.name,
    row.passed === row.runs ? of(row.passed, row.runs) : `**${of(row.passed, row.runs)}** (${row.verdicts})`,
    row.fired.join(', ') || 'nothing',
  ]),
)}
`
}

function of(count: number, all: number): string {
  return `${count} of ${all}`
}

function both(median: number | null | undefined, worst: number | null | undefined): string {
  if (median === null || median === undefined || worst === null || worst === undefined) return '–'
  return `${median.toFixed(1)} / ${worst.toFixed(1)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None yet.'
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}
