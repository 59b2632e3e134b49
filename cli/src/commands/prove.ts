import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { readRules } from '@drillbook/content/rules/read-rules'
import { toTerminal } from '@drillbook/content/text/printable'
import { redact } from '@drillbook/content/text/redact'
import { context } from '../context.ts'
import { admit, closeKilled } from '../drill/admit.ts'
import { performDrill } from '../drill/perform.ts'
import type { Environment } from '../environment/environment.ts'
import { hasIncident, incidentContent } from '../environment/incidents.ts'
import { PrometheusClient } from '../prometheus/client.ts'
import { runControl } from '../prove/control.ts'
import { readControl } from '../prove/control-file.ts'
import { proofMarkdown } from '../prove/markdown.ts'
import { type Item, planOf } from '../prove/plan.ts'
import { type ProofRun, proofOf } from '../prove/proof.ts'
import { mergeRuns, type Proofs, proofsText, readProofs, writeProofs } from '../prove/proof-file.ts'
import { labelOf, type Outcome, runPlan } from '../prove/run-plan.ts'
import { alertRows, runRows } from '../prove/table.ts'
import { testedAlerts } from '../prove/tested-alerts.ts'
import { replaceFiles } from '../rules/replace-files.ts'
import { listRunbooks } from '../runbook/read-runbook.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import { liveLine } from '../terminal/live-line.ts'
import { down, up } from './lab.ts'

interface Options {
  lab?: boolean
  portOffset?: number
  only?: string
  repeat: number
  oneEach?: boolean
  new?: boolean
  out?: string
  env?: string
  json?: boolean
}

/**
 * Runs drills and controls one after another in a running environment (with `lab`: in a lab of its own), goes on where
 * a stopped one was, and writes proof.json and proof.md. Throws `expectation_failed` when one of them did not pass.
 */
export async function prove(stdio: Stdio, options: Options, runCommand: RunCommand): Promise<void> {
  if (options.lab !== true) return await proveHere(stdio, options, runCommand)
  if (options.env !== undefined) throw new CliError('usage', '--lab and --env exclude each other')
  const talk: Stdio = { ...stdio, out: stdio.err }
  await up(talk, options.portOffset === undefined ? {} : { portOffset: options.portOffset })
  try {
    await proveHere(stdio, { ...options, env: 'lab' }, runCommand)
  } finally {
    await down(talk, {})
  }
}

async function proveHere(stdio: Stdio, options: Options, runCommand: RunCommand): Promise<void> {
  const { root, environment } = context(stdio, options)
  if (options.repeat < 1) throw new CliError('usage', '--repeat has to be at least 1')
  const only = (options.only ?? '').split(',').filter((name) => name !== '')
  const content = incidentContent(root)
  const has = (incident: string) => hasIncident(environment, incident, content)
  const plan = planOf(root, has, { only, repeat: options.repeat, oneEach: options.oneEach === true })
  closeKilled(root)
  await admit(root, environment)
  const underWay = join(root.records, `proof-${environment.name}.json`)
  const before = options.new === true ? [] : goOn(stdio, plan, readProofs(underWay))
  const started = performance.now()
  const outcome = await runPlan(plan, before, {
    run: (item) => runItem(stdio, root, environment, item, runCommand),
    save: (proofs) => writeProofs(underWay, proofs),
    begins: ({ name, kind }, number, again) =>
      stdio.err(
        `${stdio.style('cyan', '▸')} ${number} of ${plan.length}  ${kind} ${name}${again ? ', once more' : ''}\n`,
      ),
    ends: (run) => stdio.err(`  ${ended(stdio, run)}\n`),
  })
  const out = resolve(stdio.cwd, options.out ?? join(root.dir, 'docs'))
  const runs = mergeRuns(readProofs(join(out, 'proof.json'))?.runs ?? [], outcome.runs)
  replaceFiles([
    { path: join(out, 'proof.json'), text: proofsText({ runs }) },
    { path: join(out, 'proof.md'), text: markdownOf(root, runs, out) },
  ])
  rmSync(underWay)
  if (options.json === true) stdio.out(`${JSON.stringify({ ...outcome, proof: join(out, 'proof.md') }, null, 2)}\n`)
  else
    stdio.out(
      `${summary(outcome)} in ${formatDuration(performance.now() - started)}. The proof: ${join(out, 'proof.md')}\n`,
    )
  const bad = outcome.runs.filter((run) => run.verdict !== 'passed')
  if (bad.length > 0) {
    throw new CliError('expectation_failed', `not proven: ${[...new Set(bad.map((run) => run.name))].join(', ')}`, {
      hint: `What each printed: ${join(root.records, 'proof')}; the journals: drillbook drill list`,
    })
  }
}

/** What an earlier `prove` of the same plan has done already. */
function goOn(stdio: Stdio, plan: readonly Item[], stopped: Proofs | undefined): ProofRun[] {
  if (stopped?.plan === undefined) return []
  if (stopped.plan.join() !== plan.map(labelOf).join()) {
    stdio.err('A stopped `prove` had another plan: beginning anew.\n')
    return []
  }
  stdio.err(`Going on where a stopped \`prove\` was: ${stopped.runs.length} of ${plan.length} are done.\n`)
  return stopped.runs
}

/** Runs one item; what it prints goes to `.drillbook/proof/NAME.log`, its last line to the terminal. */
async function runItem(
  stdio: Stdio,
  root: Root,
  environment: Environment,
  item: Item,
  runCommand: RunCommand,
): Promise<ProofRun> {
  const folder = join(root.records, 'proof')
  mkdirSync(folder, { recursive: true })
  const log = join(folder, `${item.name}.log`)
  writeFileSync(log, '')
  const line = liveLine(stdio)
  const started = performance.now()
  const err = (text: string) => {
    appendFileSync(log, toTerminal(redact(text)))
    const last = text.trim().split('\n')[0] ?? ''
    if (last !== '') line.show(`  ${formatDuration(performance.now() - started)}  ${last}`)
  }
  const quiet: Stdio = { ...stdio, err, out: err, style: (_, text) => text, interactive: false }
  try {
    return item.kind === 'control'
      ? await control(quiet, root, environment, item.name)
      : await drill(quiet, root, environment, item.name, runCommand)
  } finally {
    line.end()
  }
}

async function drill(
  stdio: Stdio,
  root: Root,
  environment: Environment,
  name: string,
  runCommand: RunCommand,
): Promise<ProofRun> {
  let run: ProofRun | undefined
  await performDrill(stdio, root, environment, { name, unattended: true, runCommand }, async ({ journal }) => {
    run = proofOf(journal.data)
  })
  if (run === undefined) throw new Error(`the drill ${name} ended without a journal`)
  return run
}

async function control(stdio: Stdio, root: Root, environment: Environment, name: string): Promise<ProofRun> {
  return await runControl({
    environment,
    prometheus: new PrometheusClient(environment.prometheus),
    keeper: await admit(root, environment),
    control: readControl(root, name),
    signal: stdio.signal,
    say: (text) => stdio.err(`${text}\n`),
  })
}

function markdownOf(root: Root, runs: readonly ProofRun[], out: string): string {
  const alerts = readRules(root)
    .flatMap((group) => group.rules)
    .filter((rule) => rule.alert !== undefined)
  const noDrill = new Map(
    listRunbooks(root).runbooks.flatMap(({ file, frontMatter }) => {
      const link = encodeURI(relative(out, join(root.dir, file)))
      return Object.keys(frontMatter.noDrill).map((alert) => [alert, link] as const)
    }),
  )
  return proofMarkdown(alertRows(alerts, { tested: testedAlerts(root), noDrill }, runs), runRows(runs), runs)
}

function ended(stdio: Stdio, { verdict, reasons, fired }: ProofRun): string {
  const color = { passed: 'green', failed: 'red', invalid: 'yellow', aborted: 'yellow' } as const
  const why = verdict === 'passed' ? `fired: ${fired.join(', ') || 'nothing'}` : reasons.join('; ')
  return `${stdio.style(color[verdict], verdict)}  ${why}`
}

function summary({ runs, repeatedInvalid }: Outcome): string {
  const count = (verdict: ProofRun['verdict']) => runs.filter((run) => run.verdict === verdict).length
  const again = repeatedInvalid === 0 ? '' : `, ${repeatedInvalid} run once more because the first was invalid`
  return `${count('passed')} passed, ${runs.length - count('passed')} did not${again},`
}
