import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import type { CommandBlock } from '../runbook/runbook.ts'
import { type Measured, settle } from './decisions.ts'
import { finishStep } from './finish-step.ts'
import type { Ended, Item, Walk } from './walk.ts'

/** Runs a `drillbook` command that only looks, in this process; what it prints goes where the talk goes. */
export async function walkCommand(walk: Walk, item: Item, block: CommandBlock): Promise<Ended> {
  const { stdio, asker, environment, signal } = walk
  for (;;) {
    const startedAt = new Date().toISOString()
    stdio.err(`  ${stdio.style('cyan', '?')} ${block.name}: ${block.command}\n`)
    const problem = await problemOf(() => look(walk, block.argv))
    signal.throwIfAborted()
    if (block.decides) return settle(walk, item, measuredBy(problem), { startedAt })
    if (problem?.unreachable) {
      const answer = await asker.byHand({ name: block.name, reason: problem.message, unattended: 'unknown' })
      if (answer === 'stop') return undefined
      const { outcome, note } = answer
      return finishStep(walk, item, 'command', outcome, { startedAt, note: note ?? problem.message })
    }
    const note = problem?.message
    const record = finishStep(walk, item, 'command', note === undefined ? 'done' : 'failed', {
      startedAt,
      ...(note === undefined ? {} : { note }),
    })
    if (note === undefined) return record
    stdio.err(`  ${stdio.style('red', '✗')} ${block.name}: ${printable(note)} (in ${environment.name})\n`)
    const next = await asker.failed(block.name)
    if (next !== 'retry') return next === 'stop' ? undefined : record
  }
}

interface Trouble {
  message: string
  unreachable: boolean
  status: number
}

/** Status 0 is yes, 1 (an expectation does not hold) is no, and anything else answers nothing. */
function measuredBy(trouble: Trouble | undefined): Measured {
  if (trouble === undefined) return { answer: 'yes' }
  return trouble.status === 1 ? { answer: 'no', evidence: trouble.message } : { reason: trouble.message }
}

/** The whole command line again, in the environment of this walk. */
async function look({ stdio, environment, signal, runCommand }: Walk, argv: readonly string[]): Promise<number> {
  const indented = (text: string) => stdio.err(text.replace(/^(?=.)/gm, '    '))
  return runCommand(argv, {
    ...stdio,
    out: indented,
    err: indented,
    interactive: false,
    signal,
    env: { ...stdio.env, DRILLBOOK_ENV: environment.file },
  })
}

/** Undefined when it went well. `unreachable`: what it asks is down, so a person has to look instead. */
async function problemOf(run: () => Promise<number>): Promise<Trouble | undefined> {
  try {
    const status = await run()
    return status === 0 ? undefined : { message: `exit status ${status}`, unreachable: false, status }
  } catch (error) {
    if (error instanceof CliError)
      return { message: error.message, unreachable: error.code === 'unreachable', status: error.exitStatus }
    throw error
  }
}
