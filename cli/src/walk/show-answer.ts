import { printable } from '@drillbook/content/text/printable'
import { z } from 'zod'
import type { TargetResult } from '../actions/run-action.ts'
import type { Stdio } from '../stdio.ts'
import { showTarget } from './show-target.ts'

const list = z.array(z.record(z.string(), z.unknown())).min(1)
const rows = z.union([list, z.object({ rows: list }).transform((answer) => answer.rows)])

const MOST_ROWS = 20
const MOST_LINES = 40
const CELL_CHARACTERS = 30
/** With the margin of a step, 80 columns. */
const LINE_CHARACTERS = 74

/**
 * What an action that only reads was answered, each target in turn: rows as a table, other JSON with its keys one a
 * line.
 */
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
  if (parsed.success) return table(parsed.data)
  const lines = JSON.stringify(json, null, 2).split('\n')
  return joined(lines.slice(0, MOST_LINES), lines.length - MOST_LINES, 'lines')
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
  return joined(lines, all.length - shown.length, 'rows')
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s+/g, ' ').trim()
  return cut(printable(text), CELL_CHARACTERS)
}

/** `more`: how many are left out; 0 or less: none. */
function joined(lines: readonly string[], more: number, what: string): string {
  const rest = more > 0 ? [`and ${more} more ${what}: \`drillbook act NAME --json\` has them all`] : []
  return `${[...lines.map((line) => cut(line, LINE_CHARACTERS)), ...rest].join('\n')}\n`
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
