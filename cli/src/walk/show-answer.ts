import { z } from 'zod'
import type { TargetResult } from '../actions/run-action.ts'
import type { Stdio } from '../stdio.ts'
import { showTarget } from './show-target.ts'

const rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())).min(1) })

/** More is for `drillbook act --json`. */
const MOST_ROWS = 20
const MOST_LINES = 40
const CELL_CHARACTERS = 30

/** What an action that only reads was answered, each target in turn: rows as a table, other JSON with its keys one a line. */
export function showAnswer(stdio: Stdio, targets: readonly TargetResult[]): void {
  for (const result of targets) {
    const { ok, target, json } = result
    if (!ok || json === undefined) showTarget(stdio, result)
    else stdio.err(`    ${stdio.style('green', 'ok')} ${target}\n${answerText(json).replace(/^(?=.)/gm, '      ')}`)
  }
}

/** As people read it, with a line end. */
export function answerText(json: unknown): string {
  const parsed = rows.safeParse(json)
  if (parsed.success) return table(parsed.data.rows)
  const lines = JSON.stringify(json, null, 2).split('\n')
  return `${cut(lines, MOST_LINES, 'lines').join('\n')}\n`
}

function table(all: readonly Record<string, unknown>[]): string {
  const keys = [...new Set(all.flatMap((row) => Object.keys(row)))]
  const shown = all.slice(0, MOST_ROWS).map((row) => keys.map((key) => cell(row[key])))
  const widths = keys.map((key, i) => Math.max(cell(key).length, ...shown.map((cells) => cells[i]?.length ?? 0)))
  const lines = [keys.map(cell), ...shown].map((cells) =>
    cells
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const more = all.length - shown.length
  return `${[...lines, ...(more > 0 ? [`and ${more} more rows`] : [])].join('\n')}\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s+/g, ' ').trim()
  return text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS - 1)}…` : text
}

function cut(lines: readonly string[], most: number, what: string): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more ${what}`]
}
