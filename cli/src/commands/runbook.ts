import { ProblemsError } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import { printable } from '@drillbook/content/text/printable'
import { listRunbooks, readRunbook } from '../runbook/read-runbook.ts'
import { type Block, type Runbook, SECTIONS, type Step } from '../runbook/runbook.ts'
import type { Stdio } from '../stdio.ts'
import { indented } from '../terminal/indented.ts'

/** Lists the runbooks with their alerts; throws `usage` after the list when some cannot be read. */
export async function list(stdio: Stdio, options: { json?: boolean }): Promise<void> {
  const { runbooks, problems } = listRunbooks(findRoot(stdio.cwd))
  if (options.json) {
    const listed = runbooks.map(({ file, frontMatter, steps }) => ({ file, ...frontMatter, steps: steps.length }))
    stdio.out(`${JSON.stringify({ runbooks: listed, problems }, null, 2)}\n`)
  } else {
    for (const { frontMatter, steps } of runbooks) {
      const { incident, title, severity, alerts } = frontMatter
      stdio.out(`${incident.padEnd(20)} ${severity.padEnd(8)} ${printable(title)} (${steps.length} steps)\n`)
      stdio.out(`${' '.repeat(20)} ${printable(alerts.join(', '))}\n`)
    }
  }
  if (problems.length > 0)
    throw new ProblemsError('some runbooks are not usable', problems, 'runbooks/README.md shows the form.')
}

/** Shows one runbook with its steps, as the walk will take them. */
export async function show(stdio: Stdio, options: { incident: string; json?: boolean }): Promise<void> {
  const runbook = readRunbook(findRoot(stdio.cwd), options.incident)
  stdio.out(options.json ? `${JSON.stringify(runbook, null, 2)}\n` : render(runbook, stdio.columns('out')))
}

function render({ file, frontMatter, sections, steps }: Runbook, columns: number | undefined): string {
  const parts = SECTIONS.map(({ heading, phase }) => {
    const body =
      phase === undefined
        ? indented(sections[heading] ?? '', '  ', columns)
        : steps
            .filter((s) => s.phase === phase)
            .map(renderStep)
            .join('')
    return `${heading}\n${body}`
  })
  const { title, severity, owner, alerts } = frontMatter
  const head = [title, `${file}, ${severity}, owner ${owner}`, `alerts: ${alerts.join(', ')}`].map(printable)
  return `${head.join('\n')}\n\n${parts.join('\n')}`
}

function renderStep({ title, phase, blocks }: Step): string {
  const heading =
    phase === 'signs' && title === 'Signs' ? '' : `  ${printable(title)}${blocks.length === 0 ? ' (by hand)' : ''}\n`
  return heading + blocks.map((block) => `    ${renderBlock(block)}\n`).join('')
}

function renderBlock(block: Block): string {
  const shown =
    block.type === 'check'
      ? `? ${block.name}: ${block.promql.replace(/\s+/g, ' ')} ${block.expect.text}`
      : `${block.type === 'act' ? '!' : '?'} ${block.name}: ${block.command}`
  const { when } = block
  const decides = block.type !== 'act' && block.decides ? ' (decides)' : ''
  return `${shown}${decides}${when === undefined ? '' : ` (when ${when.answer === 'no' ? 'not ' : ''}${when.decision})`}`
}
