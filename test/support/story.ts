import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../../cli/src/drill/journal.ts'

/** Of these every line counts: they say what was undone, what died and what was started again. */
const WHOLE = ['keeper.log', 'supervisord.log']
const TROUBLE = /"level":"(warn|error|fatal)"|\blevel=(warn|error)\b|\b(WARN|WARNING|ERROR|FATAL|PANIC|CRIT)\b/
const LINES = { whole: 15, telling: 5 }
const WIDTH = 300

/** What the parts of a lab complained of last, for a test that failed: the lab and its logs go with the test. */
export function troublesOf(labDir: string): string {
  const folder = join(labDir, 'logs')
  return names(folder)
    .flatMap((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
      const isWhole = WHOLE.includes(name)
      const telling = lines.filter((line) => line !== '' && (isWhole || TROUBLE.test(line)))
      return telling.slice(isWhole ? -LINES.whole : -LINES.telling).map((line) => `${name}: ${line.slice(0, WIDTH)}\n`)
    })
    .join('')
}

/** How far a drill came and why it ended. */
export function courseOf({ id, verdict, reasons, phases }: Journal): string {
  const course = phases.map((p) => `  ${p.startedAt} ${p.name}: ${p.status} ${p.text}\n`)
  return [`${id} is ${verdict}\n`, ...reasons.map((reason) => `  ${reason}\n`), ...course].join('')
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.log'))
  } catch {
    return [] // it was never up
  }
}
