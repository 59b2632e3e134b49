import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Row } from './row.ts'

/** The table for people; `stream` decides about colour (and so does NO_COLOR). */
export function tableOf(rows: Row[], stream: Writable): string {
  const lines = [
    ['figure', 'measured', 'goal'],
    ...rows.map(({ figure, measured, goal, reached }) => [figure, measured, goal, reached ? 'reached' : 'NOT REACHED']),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const colour = (word: string) => styleText(word === 'reached' ? 'green' : 'red', word, { stream })
  return lines
    .map(([figure = '', measured = '', goal = '', verdict]) => {
      const cells = [figure, measured, goal].map((cell, column) => cell.padEnd(widths[column] ?? 0))
      return [...cells, verdict === undefined ? '' : colour(verdict)].join('  ').trimEnd()
    })
    .join('\n')
}
