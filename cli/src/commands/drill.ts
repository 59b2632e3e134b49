import { CliError } from '@drillbook/content/errors'
import { findRoot, type Root } from '@drillbook/content/root'
import { printable } from '@drillbook/content/text/printable'
import { context } from '../context.ts'
import { closeKilled, keeperOf } from '../drill/admit.ts'
import { conclude } from '../drill/conclude.ts'
import { drillNames, readDrill } from '../drill/drill-file.ts'
import { listJournals, unfinished } from '../drill/journal-file.ts'
import { performDrill } from '../drill/perform.ts'
import { describe } from '../drill/phases/roll-back.ts'
import { isOpen } from '../keeper/session.ts'
import { localDateTime } from '../local-time.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import { type Warn, warnOn } from '../warn.ts'

interface Options {
  env?: string
  json?: boolean
}

/** The drills with their last verdicts. Closes the journals of killed drills, and says so. */
export async function list(stdio: Stdio, options: Options): Promise<void> {
  const root = findRoot(stdio.cwd)
  const warn = warnOn(stdio)
  sayKilled(stdio, root, warn)
  const journals = listJournals(root, warn)
  const rows = drillNames(root).map((name) => {
    const drill = readDrill(root, name)
    const last = journals.findLast((j) => j.data.drill === name)?.data
    return {
      name,
      title: drill.title,
      incident: drill.incident,
      protection: drill.protection ?? null,
      last: last === undefined ? null : { id: last.id, verdict: last.verdict, startedAt: last.startedAt },
    }
  })
  if (options.json === true) return stdio.out(`${JSON.stringify(rows, null, 2)}\n`)
  for (const { name, title, last } of rows) {
    const verdict = last === null ? 'never run' : `${last.verdict}, ${localDateTime(last.startedAt)}`
    stdio.out(`${printable(name).padEnd(36)} ${verdict.padEnd(36)} ${printable(title)}\n`)
  }
}

/**
 * Runs one drill, and by `runCommand` the commands of its runbook. With --json stdout is its journal. Throws
 * `expectation_failed` for every verdict but `passed`, and `interrupted` when it was stopped by Ctrl-C and everything
 * is undone.
 */
export async function run(
  stdio: Stdio,
  options: Options & { name: string; unattended?: boolean },
  runCommand: RunCommand,
): Promise<void> {
  const { root, environment } = context(stdio, options)
  const warn = warnOn(stdio)
  sayKilled(stdio, root, warn)
  const { name, unattended = false } = options
  await performDrill(stdio, root, environment, { name, unattended, runCommand }, async (current) => {
    if (options.json === true) stdio.out(`${JSON.stringify(current.journal.data, null, 2)}\n`)
    await conclude(current)
  })
}

/**
 * Finishes what is left of a drill or of faults started by hand. Throws `expectation_failed` when something stays on.
 */
export async function undo(stdio: Stdio, options: Options): Promise<void> {
  const { root, environment } = context(stdio, options)
  const keeper = keeperOf(environment)
  const session = await keeper.current()
  const undone = isOpen(session) ? await keeper.end(session.id) : []
  sayKilled(stdio, root, warnOn(stdio))
  const after = await keeper.current()
  const journal = after === undefined ? undefined : listJournals(root).find((j) => j.data.session === after.id)
  if (after !== undefined && journal !== undefined) {
    journal.data.undo = after.undo
    journal.save()
  }
  if (options.json === true) stdio.out(`${JSON.stringify({ undo: undone }, null, 2)}\n`)
  else if (undone.length === 0) stdio.out('Nothing is left to undo.\n')
  else
    for (const u of undone)
      stdio.out(`${u.ok ? 'undone' : 'NOT undone'}  ${printable(u.what)}  (read-back ${printable(u.readBack)})\n`)
  const failed = undone.filter((u) => !u.ok)
  if (failed.length > 0) {
    throw new CliError('expectation_failed', `could not undo ${failed.map(describe).join('; ')}`, {
      hint: 'The keeper tries again every half minute; mend the cause, then run drillbook drill undo once more.',
    })
  }
}

/** Says that a drill did not finish, and closes its journal. */
function sayKilled(stdio: Stdio, root: Root, warn: Warn): void {
  for (const { data } of closeKilled(root, warn)) {
    stdio.err(
      `${stdio.style('yellow', 'note:')} the drill ${printable(`${data.drill} (${data.id})`)} did not finish: its process was killed. It counts as aborted.\n`,
    )
  }
  for (const { data } of unfinished(root).running) {
    stdio.err(
      `${stdio.style('cyan', 'note:')} the drill ${printable(`${data.drill} (${data.id})`)} is running, process ${data.runner.pid}\n`,
    )
  }
}
