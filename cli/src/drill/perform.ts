import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import type { Environment } from '../environment/environment.ts'
import { requireIncident } from '../environment/require-incident.ts'
import { PrometheusClient } from '../prometheus/client.ts'
import { readRunbook } from '../runbook/read-runbook.ts'
import { readWebhook } from '../secret.ts'
import { SlackQueue } from '../slack/webhook.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import { warnOn } from '../warn.ts'
import { admit } from './admit.ts'
import { claimProblems } from './check-claims.ts'
import { Display } from './display.ts'
import { readDrill } from './drill-file.ts'
import { onInterrupts } from './interrupts.ts'
import { createJournal } from './journal-file.ts'
import { Observer } from './observer.ts'
import type { Run } from './run.ts'
import { runDrill } from './run-drill.ts'
import { formatScorecard } from './scorecard.ts'

/**
 * Performs one drill and prints its course and scorecard; `finished` gets the run as soon as its verdict is known.
 * Throws `refused`, `usage` or `unreachable` when nothing was started; a verdict other than `passed` is no error here.
 */
export async function performDrill(
  stdio: Stdio,
  root: Root,
  environment: Environment,
  { name, unattended, runCommand }: { name: string; unattended: boolean; runCommand: RunCommand },
  finished: (run: Run) => Promise<void>,
): Promise<void> {
  const drill = readDrill(root, name)
  requireIncident(environment, drill.incident, { runbooks: [readRunbook(root, drill.incident)], drills: [drill] })
  const [unreadable] = claimProblems(drill, environment)
  if (unreadable !== undefined) throw new CliError('usage', `${drill.file}: ${unreadable}`)
  if (!unattended && !stdio.interactive) {
    throw new CliError('usage', 'there is no terminal to ask anybody at', { hint: 'Run it with --unattended.' })
  }
  if (environment.production && unattended) {
    throw new CliError('refused', `${environment.name} is production: no drill there without people`)
  }
  const slack = slackOf(environment)
  const keeper = await admit(root, environment, warnOn(stdio))
  const display = new Display(stdio)
  const prometheus = new PrometheusClient(environment.prometheus)
  const hurry = new AbortController()
  const run: Run = {
    root,
    environment,
    drill,
    stdio,
    display,
    prometheus,
    keeper,
    journal: createJournal(root, drill, environment),
    observer: new Observer(environment, drill, prometheus, display),
    slack,
    unattended,
    runCommand,
    signal: stdio.signal,
    hurry: hurry.signal,
    waiting: undefined,
    stop: undefined,
    lease: undefined,
  }
  display.title(
    `DRILL: ${drill.title}`,
    `${drill.name} in ${environment.name}${drill.protection === undefined ? '' : `, protection ${drill.protection}`}. ${drill.description}`,
  )
  const forget = onInterrupts(stdio, hurry, () => drill.faults)
  try {
    const journal = await runDrill(run)
    stdio.err(formatScorecard(journal, stdio.style))
    stdio.err(`\nJournal: ${run.journal.path}\n`)
    await finished(run)
  } finally {
    forget()
    run.lease?.stop()
    await run.observer.stop()
  }
}

function slackOf(environment: Environment): SlackQueue | undefined {
  const file = environment.slack?.webhookUrlFile
  return file === undefined ? undefined : new SlackQueue(readWebhook(file))
}
