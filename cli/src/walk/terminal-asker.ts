import { printable } from '@drillbook/content/text/printable'
import type { Environment } from '../environment/environment.ts'
import type { Stdio } from '../stdio.ts'
import { askKey, askLine } from '../terminal/prompt.ts'
import type { Asker, Judgement } from './asker.ts'
import { causeAsker, STOP } from './cause-asker.ts'

/**
 * Asks the person at the terminal, on stderr. Ctrl-C at a question, and Escape at a line to type, throw `interrupted`.
 */
export function terminalAsker(stdio: Stdio, environment: Environment): Asker {
  return {
    ...causeAsker(stdio),
    async act({ block, startedAt }) {
      const message =
        startedAt === undefined
          ? `Run ${block.action}?`
          : `${block.action} was started at ${startedAt} and its end is unknown. Run it again?`
      for (;;) {
        const answer = await askKey<'run' | 'skip' | 'stop'>(stdio, message, [
          { key: 'y', label: 'run', value: 'run' },
          { key: 's', label: 'skip', value: 'skip' },
          STOP,
        ])
        if (answer !== 'run' || !environment.production) return answer
        // A mistyped name asks again: skipping a step must be somebody's choice.
        if (await typeName(stdio, environment, block.action)) return 'run'
      }
    },
    async manual() {
      return judge(stdio, 'How did it go?')
    },
    async byHand({ name, reason }) {
      stdio.err(`  ${stdio.style('yellow', '!')} ${printable(reason)}\n`)
      return judge(stdio, `Look or do it by hand: how is it with ${name}?`)
    },
    async failed(name) {
      return askKey<'continue' | 'retry' | 'stop'>(stdio, `${name} failed. What now?`, [
        { key: 'c', label: 'continue', value: 'continue' },
        { key: 'r', label: 'try again', value: 'retry' },
        STOP,
      ])
    },
  }
}

async function judge(stdio: Stdio, message: string): Promise<Judgement> {
  const answer = await askKey<'done' | 'noted' | 'skipped' | 'failed' | 'stop'>(stdio, message, [
    { key: 'd', label: 'done', value: 'done' },
    { key: 'n', label: 'done, with a note', value: 'noted' },
    { key: 's', label: 'skip', value: 'skipped' },
    { key: 'f', label: 'failed', value: 'failed' },
    STOP,
  ])
  if (answer === 'stop') return 'stop'
  const note = answer === 'noted' || answer === 'failed' ? (await askLine(stdio, 'Note (Enter for none):')).trim() : ''
  return { outcome: answer === 'noted' ? 'done' : answer, ...(note === '' ? {} : { note }) }
}

/** The last guard in production: the environment's name, typed in full. */
export async function typeName(stdio: Stdio, environment: Environment, action: string): Promise<boolean> {
  const typed = await askLine(stdio, `${environment.name} is production. Type its name to run ${action}:`)
  if (typed.trim() === environment.name) return true
  stdio.err(`  ${stdio.style('yellow', '!')} That is not its name; ${action} does not run.\n`)
  return false
}
