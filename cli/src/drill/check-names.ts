import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, type Problem } from '@drillbook/content/errors'
import { parseExpectation } from '@drillbook/content/expectation'
import type { Root } from '@drillbook/content/root'
import { readRules } from '@drillbook/content/rules/read-rules'
import type { Read } from '@drillbook/content/yaml/read-yaml'
import { readRunbook } from '../runbook/read-runbook.ts'
import type { Block } from '../runbook/runbook.ts'
import { probeOf, startedFault, startedFaults } from './calls.ts'
import type { Experiment } from './experiment.ts'

/** What an environment can do; without it names of faults and actions are not checked. */
export interface Known {
  faults: ReadonlyMap<string, unknown>
  actions: ReadonlyMap<string, unknown>
}

/** A drill file that fits its schema. */
export type Readable = Extract<Read<Experiment>, { value: Experiment }>

/** What the schema cannot see: names that must exist elsewhere, and calls that must be ours. */
export function checkNames(
  root: Root,
  name: string,
  read: Readable,
  file: string,
  known: Known | undefined,
): Problem[] {
  const problems: Problem[] = []
  const experiment = read.value
  const ours = experiment.extensions[0]
  const report = (path: readonly PropertyKey[], message: string) => {
    const line = read.lineOf(path)
    problems.push({ file, ...(line === undefined ? {} : { line }), message })
  }
  if (ours.incident !== name.split('.')[0]) {
    report(['extensions', 0, 'incident'], `the incident is ${ours.incident}, but the file is named ${name}.yaml`)
  }
  if (!existsSync(join(root.runbooks, `${ours.incident}.md`))) {
    report(['extensions', 0, 'incident'], `unknown incident ${ours.incident}: there is no runbooks/${ours.incident}.md`)
  }
  const blocks = blockTypes(root, ours.incident)
  for (const kind of ['mendedBy', 'mustNotRun'] as const) {
    ours[kind].forEach((step, i) => {
      const path = ['extensions', 0, kind, i]
      const type = blocks?.get(step)
      if (blocks === undefined) return
      if (type === undefined) {
        report(path, `unknown step ${step}: no block of runbooks/${ours.incident}.md has that name`)
      } else if (type !== 'act') report(path, `${step} is no act: it changes nothing, so it mends nothing`)
      else if (kind === 'mustNotRun' && ours.mendedBy.includes(step)) {
        report(path, `${step} must not run and has to mend, both`)
      }
    })
  }
  const rules = readRules(root).flatMap((group) => group.rules)
  for (const kind of ['expected', 'allowed'] as const) {
    ours.alerts[kind].forEach((alert, i) => {
      const rule = rules.find((r) => r.alert === alert)
      const path = ['extensions', 0, 'alerts', kind, i]
      if (rule === undefined) report(path, `unknown alert ${alert}: no rule in alerts/rules has that name`)
      else if (kind === 'expected' && rule.labels.incident !== ours.incident) {
        report(path, `${alert} belongs to ${rule.labels.incident ?? 'no incident'}, not to ${ours.incident}`)
      }
    })
  }
  experiment['steady-state-hypothesis'].probes.forEach((probe, i) => {
    const path = ['steady-state-hypothesis', 'probes', i, 'provider', 'arguments']
    const asked = probeOf(probe)
    if (asked === undefined) report(path, 'a probe is: query PROMQL --expect EXPECTATION')
    else if (parseExpectation(asked.expect) === undefined) {
      report([...path, 3], `expect is an operator and a number, like ">= 90%", not ${asked.expect}`)
    }
  })
  const started = startedFaults(experiment)
  experiment.method.forEach((step, i) => {
    const path = ['method', i, 'provider', 'arguments']
    if (step.type === 'probe') {
      report(['method', i], 'a probe of the method would not be run: write it as confirm')
      return
    }
    const fault = startedFault(step.provider.arguments)
    if (fault === undefined) report(path, 'an action of the method is: fault start NAME --detach --for DURATION')
    else if (known !== undefined && !known.faults.has(fault)) report([...path, 2], `unknown fault ${fault}`)
  })
  const stopped = new Set<string>()
  experiment.rollbacks.forEach((step, i) => {
    const path = ['rollbacks', i, 'provider', 'arguments']
    const [command, verb, what] = step.provider.arguments
    if (command === 'fault' && verb === 'stop' && what !== undefined) stopped.add(what)
    else if (command !== 'act' || verb === undefined) report(path, 'a rollback is: fault stop NAME, or: act NAME --yes')
    else if (known !== undefined && !known.actions.has(verb)) report([...path, 1], `unknown action ${verb}`)
  })
  if (started.length === 0) report(['method'], 'the method starts no fault')
  for (const fault of started) {
    if (!stopped.has(fault)) report(['rollbacks'], `the rollbacks do not stop ${fault}, which the method starts`)
  }
  return problems
}

/** Undefined when there is no runbook, or none that can be read: that is reported where the runbook is read. */
function blockTypes(root: Root, incident: string): Map<string, Block['type']> | undefined {
  try {
    const blocks = readRunbook(root, incident).steps.flatMap((step) => step.blocks)
    return new Map(blocks.map((block) => [block.name, block.type]))
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}
