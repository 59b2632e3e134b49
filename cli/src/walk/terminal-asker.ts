import type { Environment } from '../environment/environment.ts'
import { CliError } from '../errors.ts'
import type { Stdio } from '../stdio.ts'
import type { Asker, Judgement } from './asker.ts'
import { causeAsker } from './cause-asker.ts'

type Choice<T> = { value: T; name: string; description?: string }

/** Asks the person at the terminal, on stderr. Ctrl-C at a question throws `interrupted`. */
export function terminalAsker(stdio: Stdio, environment: Environment): Asker {
  return {
    ...causeAsker(stdio),
    async act({ block, startedAt }) {
      const message =
        startedAt === undefined
          ? `Run ${block.action}?`
          : `${block.action} was started at ${startedAt} and its end is unknown. Run it again?`
      for (;;) {
        const answer = await choose<'run' | 'skip' | 'stop'>(stdio, message, [
          { value: 'run', name: 'Yes, run it' },
          { value: 'skip', name: 'No, skip it' },
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
      stdio.err(`  ${stdio.style('yellow', '!')} ${reason}\n`)
      return judge(stdio, `Look or do it by hand: how is it with ${name}?`)
    },
    async failed(name) {
      return choose<'continue' | 'retry' | 'stop'>(stdio, `${name} failed. What now?`, [
        { value: 'continue', name: 'Go on with the next step' },
        { value: 'retry', name: 'Try again' },
        STOP,
      ])
    },
  }
}

export const STOP = { value: 'stop', name: 'Stop here', description: 'drillbook respond goes on at this step' } as const

async function judge(stdio: Stdio, message: string): Promise<Judgement> {
  const answer = await choose<'done' | 'noted' | 'skipped' | 'failed' | 'stop'>(stdio, message, [
    { value: 'done', name: 'Done' },
    { value: 'noted', name: 'Done, and I want to note something' },
    { value: 'skipped', name: 'Skip it' },
    { value: 'failed', name: 'It did not work' },
    STOP,
  ])
  if (answer === 'stop') return 'stop'
  const note = answer === 'noted' || answer === 'failed' ? (await askText(stdio, 'Note (Enter for none):')).trim() : ''
  return { outcome: answer === 'noted' ? 'done' : answer, ...(note === '' ? {} : { note }) }
}

/** The last guard in production: the environment's name, typed in full. */
export async function typeName(stdio: Stdio, environment: Environment, action: string): Promise<boolean> {
  const typed = await askText(stdio, `${environment.name} is production. Type its name to run ${action}:`)
  if (typed.trim() === environment.name) return true
  stdio.err(`  ${stdio.style('yellow', '!')} That is not its name; ${action} does not run.\n`)
  return false
}

/** One of several. */
export async function choose<T>(stdio: Stdio, message: string, choices: readonly Choice<T>[]): Promise<T> {
  const { select } = await import('@inquirer/prompts')
  return orInterrupted(select<T>({ message, choices }, context(stdio)))
}

/** A line of text; empty for Enter. */
export async function askText(stdio: Stdio, message: string): Promise<string> {
  const { input } = await import('@inquirer/prompts')
  return orInterrupted(input({ message }, context(stdio)))
}

function context(stdio: Stdio): { output: NodeJS.WriteStream; signal: AbortSignal; clearPromptOnDone: boolean } {
  return { output: process.stderr, signal: stdio.signal, clearPromptOnDone: false }
}

/** At a question the terminal hands Ctrl-C to the prompt, not to us. */
async function orInterrupted<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name)) {
      throw new CliError('interrupted', 'interrupted', { cause: error })
    }
    throw error
  }
}
