import { megabytes } from './processes/memory.ts'
import type { LabStatus } from './status.ts'

/** Styles a text for stdout, as the terminal allows. */
type Style = (style: 'green' | 'red', text: string, stream: 'out') => string

/** A line a part, in columns as wide as what stands in them, and one for the whole. Empty when nothing is up. */
export function statusText({ parts, state, info, memoryBytes }: LabStatus, style: Style): string {
  if (parts.length === 0) return ''
  const rows = parts.map((p): Row => {
    const health = p.healthy ? style('green', 'healthy', 'out') : style('red', p.problem ?? 'ill', 'out')
    return [p.name, p.state, p.ports.join(' '), megabytes(p.memoryBytes), health]
  })
  const since = `since ${info?.startedAt ?? '?'}, speed ${info?.speed ?? '?'}`
  return columns([...rows, ['', state, '', megabytes(memoryBytes), since]])
}

type Row = [name: string, state: string, ports: string, memory: string, rest: string]

function columns(rows: readonly Row[]): string {
  const width = (column: 0 | 1 | 2 | 3) => Math.max(...rows.map((row) => row[column].length))
  const [name, state, ports, memory] = [width(0), width(1), width(2), width(3)]
  return rows
    .map((r) =>
      [r[0].padEnd(name), r[1].padEnd(state), r[2].padEnd(ports), r[3].padStart(memory), `${r[4]}\n`].join('  '),
    )
    .join('')
}
