import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { addHelp } from './help.ts'
import type { Stdio } from './stdio.ts'

/**
 * The whole command surface: name, one sentence, options, example, and an action that lazily imports one function.
 * Resolves to the exit status. Throws CliError for everything that a person can put right.
 */
export async function runCli(argv: readonly string[], stdio: Stdio): Promise<number> {
  const program = new Command('drillbook')
    .description('Observability and incident response in which everything is proven by a drill.')
    .version('0.1.0')
    .exitOverride()
    .configureOutput({ writeOut: stdio.out, writeErr: stdio.err })
    .addHelpText(
      'after',
      `
Start here:
  drillbook demo                    the whole story on this machine: fault, alert, Slack, runbook, recovery, report
  drillbook alerts                  what is firing, and which runbook mends it
  drillbook respond cache-outage    walk the runbook

Exit status: 0 as wanted, 1 an expectation failed, 2 wrong use or configuration, 3 something unreachable,
4 refused for safety, 70 a bug of ours, 130 interrupted and undone.`,
    )
  for (const add of [addResponse, addRunbooks, addDrills, addContent, addLab]) add(program, stdio)
  addHelp(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

const ENV = [
  '--env <name>',
  'the environment: a name in environments/, a file or a folder (default: DRILLBOOK_ENV, else lab)',
] as const
const JSON_OUT = ['--json', 'print JSON on stdout, and nothing else there'] as const

function addResponse(program: Command, stdio: Stdio): void {
  program
    .command('alerts')
    .description('Show what is firing, since when, and which runbook to follow.')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/alerts.ts')).alerts(stdio, options))

  program
    .command('respond')
    .argument('[incident]', 'the incident class, as in the alert: cache-outage')
    .description('Walk the runbook of an incident, step by step; resumes where a killed walk was.')
    .option('--yes', 'run every step without asking (refused in production)')
    .option('--new', 'open a new incident even if one is open')
    .option(...ENV)
    .option(...JSON_OUT)
    .addHelpText(
      'after',
      '\nExamples:\n  drillbook respond cache-outage\n  drillbook respond            choose among what is firing',
    )
    .action(async (incident, options) =>
      (await import('./commands/respond.ts')).respond(stdio, { ...options, incident }, runCli),
    )

  const incident = program.command('incident').description('The records of incidents: what happened and what was done.')
  incident
    .command('list')
    .description('List incidents, newest first.')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/incident.ts')).list(stdio, options))
  for (const [name, sentence] of [
    ['show', 'Show one incident with its timeline.'],
    ['close', 'Close an incident.'],
    ['report', 'Print the post-mortem as Markdown.'],
  ] as const) {
    incident
      .command(name)
      .argument('<id>', 'the id, or the beginning of one')
      .description(sentence)
      .option(...ENV)
      .option(...JSON_OUT)
      .action(async (id, options) => (await import('./commands/incident.ts'))[name](stdio, { ...options, id }))
  }
  incident
    .command('note')
    .argument('<id>', 'the id, or the beginning of one')
    .argument('<text...>', 'the note')
    .description('Add a note to the timeline.')
    .action(async (id, text: string[]) =>
      (await import('./commands/incident.ts')).note(stdio, { id, text: text.join(' ') }),
    )

  program
    .command('act')
    .argument('[name]', 'the action; without one: list them, with what each does and has to be told')
    .description(
      'Do one named action of the environment; asks first and writes it to the audit log, unless it only reads.',
    )
    .option('--param <name=value>', 'a parameter of the action; repeatable', collect)
    .option('--yes', 'do not ask (refused in production)')
    .option(...ENV)
    .option(...JSON_OUT)
    .addHelpText(
      'after',
      '\nExamples:\n  drillbook act                list the actions\n  drillbook act show-banner --param message="We are on it."',
    )
    .action(async (name, options) => (await import('./commands/act.ts')).act(stdio, { ...options, name }))

  program
    .command('query')
    .argument('<promql>', 'an instant query')
    .description("Ask the environment's Prometheus; with --expect, exit 1 unless every series holds.")
    .option('--expect <expectation>', 'an operator and a number with an optional unit: ">= 90%"')
    .option('--within <duration>', 'wait so long for it to hold: 30s, 5m')
    .option('--for <duration>', 'it has to hold for so long: 30s, 5m')
    .option('--empty <ok>', 'with "ok" an empty result holds')
    .option(...ENV)
    .option(...JSON_OUT)
    .addHelpText('after', "\nExample:\n  drillbook query 'cache:hit_ratio' --expect '>= 90%' --within 5m")
    .action(async (promql, options) => (await import('./commands/query.ts')).query(stdio, { ...options, promql }))
}

function addRunbooks(program: Command, stdio: Stdio): void {
  const runbook = program.command('runbook').description('The runbooks: Markdown for people, steps for this command.')
  runbook
    .command('list')
    .description('List the runbooks with their alerts.')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/runbook.ts')).list(stdio, options))
  runbook
    .command('show')
    .argument('<incident>', 'the incident class, as in the alert: cache-outage')
    .description('Show a runbook and its steps.')
    .option(...JSON_OUT)
    .action(async (incident, options) => (await import('./commands/runbook.ts')).show(stdio, { ...options, incident }))
}

function addDrills(program: Command, stdio: Stdio): void {
  const drill = program
    .command('drill')
    .description('Game days: a real fault, the alert, the runbook, the recovery, the report.')
  drill
    .command('list')
    .description('List the drills, their last verdicts, and what is unfinished.')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/drill.ts')).list(stdio, options))
  drill
    .command('run')
    .argument('<name>', 'the drill: cache-outage')
    .description('Run a drill and prove the alert, the message and the runbook.')
    .option('--unattended', 'ask nobody: walk the runbook with --yes')
    .option(...ENV)
    .option(...JSON_OUT)
    .addHelpText('after', '\nExample:\n  drillbook drill run cache-outage.hung-unprotected --unattended --json')
    .action(async (name, options) => (await import('./commands/drill.ts')).run(stdio, { ...options, name }, runCli))
  drill
    .command('undo')
    .description('Finish what a killed drill left: undo its faults and close its journal.')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/drill.ts')).undo(stdio, options))

  program
    .command('prove')
    .description('Run all drills and controls and write the proof: which alert fired, was delivered, mended, resolved.')
    .option('--only <classes>', 'only the drills of these classes, separated by commas; without the controls')
    .option('--repeat <number>', 'how often', count, 1)
    .option('--one-each', 'one drill for each class, without the controls')
    .option('--new', 'begin anew instead of going on where a stopped one was')
    .option('--lab', 'start the lab first, and take it down afterwards')
    .option('--port-offset <number>', 'with --lab: shift every port', integer)
    .option('--out <folder>', 'where proof.md and proof.json are written (default: docs)')
    .option(...ENV)
    .option(...JSON_OUT)
    .addHelpText(
      'after',
      '\nExamples:\n  drillbook prove\n  drillbook prove --only db-overload,payment-failures --repeat 3',
    )
    .action(async (options) => (await import('./commands/prove.ts')).prove(stdio, options, runCli))

  const fault = program.command('fault').description('Single faults, started and stopped through the keeper.')
  fault
    .command('list')
    .description('List the faults of the environment and which are active.')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/fault.ts')).list(stdio, options))
  fault
    .command('start')
    .argument('<name>', 'the fault, as `drillbook fault list` names it')
    .description('Start a fault and hold its lease until Ctrl-C; --detach leaves it to the keeper for a while.')
    .option('--for <duration>', 'end it after so long: 30s, 5m')
    .option('--detach', 'return at once; the keeper undoes it after --for')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (name, options) => (await import('./commands/fault.ts')).start(stdio, { ...options, name }))
  fault
    .command('stop')
    .argument('<name>', 'the fault, as `drillbook fault list` names it')
    .description('Undo a fault and read back that it is gone.')
    .option(...ENV)
    .option(...JSON_OUT)
    .action(async (name, options) => (await import('./commands/fault.ts')).stop(stdio, { ...options, name }))

  program
    .command('keeper')
    .description('Serve the keeper of faults: it undoes them when their holder is gone. Runs in the environment.')
    .requiredOption('--env <file>', 'the environment file or folder')
    .requiredOption('--port <number>', 'the port on loopback', integer)
    .requiredOption('--state <folder>', 'where it remembers what it has to undo')
    .requiredOption('--token-file <file>', 'the bearer token')
    .action(async (options) => (await import('./commands/keeper.ts')).keeper(stdio, options))
}

function addContent(program: Command, stdio: Stdio): void {
  const rules = program.command('rules').description('The alert rules.')
  rules
    .command('compile')
    .description(
      'Write the rules, Prometheus and Alertmanager configuration for an environment, optionally played faster.',
    )
    .requiredOption('--out <folder>', 'where to write')
    .option('--speed <factor>', 'divide every duration by this (default: the speed of --env, else 1)', number)
    .option('--env <name>', 'only the incident classes that this environment has, and its name as label')
    .option('--environment <name>', 'the `environment` label of every alert (default: the name of --env)')
    .option('--runbook-base <url>', 'where the runbooks are served; without it alerts carry no runbook link')
    .option('--grafana-base <url>', 'where Grafana is; without it alerts carry no dashboard link')
    .option('--slack-webhook-file <file>', 'the file that holds the webhook URL')
    .option('--heartbeat-url <url>', 'where the Watchdog alert goes')
    .option('--alertmanager <host:port>', 'where Prometheus sends alerts; repeatable', collect, [])
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/rules.ts')).compile(stdio, options))

  program
    .command('new')
    .description('Begin new content.')
    .command('incident')
    .argument('<name>', 'the name of the class: disk-full')
    .description('Write the skeleton of an incident class: rule, rule tests, runbook, drill; never overwrites.')
    .option(...JSON_OUT)
    .action(async (name, options) => (await import('./commands/new.ts')).incident(stdio, { ...options, name }))

  program
    .command('check')
    .description('Prove that alerts, runbooks, drills, dashboards and environments exist and agree.')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/check.ts')).check(stdio, options))
}

function addLab(program: Command, stdio: Stdio): void {
  program
    .command('demo')
    .description('The whole story on this machine: lab, traffic, fault, alert, Slack, runbook, recovery, report.')
    .option('--drill <name>', 'which drill to run', 'cache-outage')
    .option('--keep', 'leave the lab up afterwards')
    .option('--port-offset <number>', 'shift every port of the lab', integer)
    .action(async (options) => (await import('./commands/demo.ts')).demo(stdio, options, runCli))

  const lab = program.command('lab').description('The whole stack on this machine, without Docker.')
  lab
    .command('up')
    .description('Start the lab.')
    .option('--port-offset <number>', 'shift every port', integer)
    .option('--port <name=number>', 'one port; repeatable', collect)
    .option('--speed <factor>', 'how much faster alert rules run, from 1 to 20', number, 10)
    .option('--journeys-per-second <number>', 'the traffic, from 0 to 1000', number, 60)
    .option('--data-set <name>', 'what the database holds: small, or load (enough for load tests)', 'small')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/lab.ts')).up(stdio, options))
  lab
    .command('down')
    .description('Stop the lab and remove its folder.')
    .option('--keep', 'keep the folder with data and logs')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/lab.ts')).down(stdio, options))
  lab
    .command('status')
    .description('Show every part, its port, its health and its memory.')
    .option(...JSON_OUT)
    .action(async (options) => (await import('./commands/lab.ts')).status(stdio, options))
  lab
    .command('scale')
    .argument('<part>', 'what to scale: api')
    .argument('<count>', 'how many instances, from 1 to 4', integer)
    .description('Run so many instances of the API, without a failed request; asking again changes nothing.')
    .option(...JSON_OUT)
    .addHelpText(
      'after',
      '\nExamples:\n  drillbook lab scale api 3\n  drillbook lab scale api 2    back to what `up` starts',
    )
    .action(async (part, count, options) =>
      (await import('./commands/lab.ts')).scale(stdio, { ...options, part, count }),
    )
  lab
    .command('restart')
    .argument('<instance>', 'api: all of them, one after the other; or one, such as api-1')
    .description('Restart instances of the API in order, without a failed request.')
    .option(...JSON_OUT)
    .action(async (what, options) => (await import('./commands/lab.ts')).restart(stdio, { ...options, what }))
  lab
    .command('logs')
    .argument('[name]', 'one part; without it, all')
    .description('Show the logs.')
    .option('-n, --lines <number>', 'how many lines of each; 0 with --follow: only new ones', count, 50)
    .option('-f, --follow', 'go on showing')
    .action(async (name, options) => (await import('./commands/lab.ts')).logs(stdio, { ...options, name }))
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

function number(text: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text))) throw new InvalidArgumentError('must be a number.')
  return Number(text)
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number, 0 or more.')
  return Number(text)
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number.')
  return Number(text)
}
