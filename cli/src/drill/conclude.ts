import { CliError } from '@drillbook/content/errors'
import { leftOver } from './phases/roll-back.ts'
import type { Run } from './run.ts'

/**
 * Throws for every verdict but `passed`: `interrupted` when Ctrl-C stopped the drill and everything is undone, else
 * `expectation_failed`.
 */
export async function conclude({ journal: { data, dir }, keeper, stop }: Run): Promise<void> {
  if (data.verdict === 'passed') return
  const why = data.reasons[0] ?? data.verdict
  const failedUndo = data.undo.some((u) => !u.ok)
  if (stop?.code === 'interrupted') {
    const left =
      data.session === null || data.phases.some((p) => p.name === 'roll back' && p.status === 'passed')
        ? []
        : leftOver(await keeper.current().catch(() => undefined))
    if (!failedUndo && left.length === 0)
      throw new CliError('interrupted', 'the drill was interrupted; everything is undone')
    throw new CliError(
      'expectation_failed',
      `the drill was interrupted, and this is left: ${left.join(', ') || 'see the journal'}`,
      { hint: 'The keeper goes on undoing. Finish and check it with: drillbook drill undo' },
    )
  }
  throw new CliError('expectation_failed', `the drill ${data.drill} is ${data.verdict}: ${why}`, {
    hint: `The whole story: ${dir}/report.md`,
  })
}
