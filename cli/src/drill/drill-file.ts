import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseDuration } from '@drillbook/content/duration'
import { CliError, ProblemsError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { readYaml } from '@drillbook/content/yaml/read-yaml'
import { probeOf, startedFaults } from './calls.ts'
import { checkNames, type Known } from './check-names.ts'
import type { Claim, Drill } from './drill.ts'
import { type Experiment, experimentSchema } from './experiment.ts'

/** The names of all drills, sorted. */
export function drillNames(root: Root): string[] {
  if (!existsSync(root.drills)) return []
  return readdirSync(root.drills)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort()
}

/** Reads and checks one drill. Throws `usage` for an unknown name and ProblemsError with everything that is wrong. */
export function readDrill(root: Root, name: string, known?: Known): Drill {
  const file = join(root.drills, `${name}.yaml`)
  if (!/^[\w.-]+$/.test(name) || !existsSync(file)) {
    throw new CliError('usage', `there is no drill ${name}`, {
      hint: `Drills are the files in runbooks/drills: ${drillNames(root).join(', ') || 'none yet'}.`,
    })
  }
  const shownAs = relative(root.dir, file)
  const read = readYaml(file, experimentSchema, shownAs)
  const problems = 'value' in read ? checkNames(root, name, read, shownAs, known) : read.problems
  if ('value' in read && problems.length === 0) return toDrill(name, shownAs, read.value)
  throw new ProblemsError(`the drill ${shownAs} is not usable`, problems)
}

function toDrill(name: string, file: string, experiment: Experiment): Drill {
  const ours = experiment.extensions[0]
  const ms = (text: string) => parseDuration(text) ?? 0
  const condition = (c: { promql: string; expect: string; within: string }) => ({
    promql: c.promql.trim(),
    expect: c.expect,
    withinMs: ms(c.within),
  })
  const claim = ({ title, expect, within, promql, read, params, path }: (typeof ours.proves)[number]): Claim => ({
    title,
    expect,
    withinMs: ms(within),
    ...(read === undefined
      ? { promql: promql?.trim() ?? '' }
      : {
          read,
          params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
          path,
        }),
  })
  const hypothesis = experiment['steady-state-hypothesis']
  return {
    name,
    file,
    title: experiment.title,
    description: experiment.description.trim(),
    incident: ours.incident,
    service: ours.service,
    protection: ours.protection,
    hypothesis: { title: hypothesis.title, probes: hypothesis.probes.flatMap((p) => probeOf(p) ?? []) },
    faults: startedFaults(experiment),
    rollbacks: experiment.rollbacks.flatMap(
      ({
        provider: {
          arguments: [command, what],
        },
      }) => (command === 'act' && what !== undefined ? [what] : []),
    ),
    alerts: ours.alerts,
    confirm: condition(ours.confirm),
    mitigated: condition(ours.mitigated),
    recovered: condition(ours.recovered),
    mendedBy: ours.mendedBy,
    mustNotRun: ours.mustNotRun,
    proves: ours.proves.map(claim),
    abort: ours.abort,
    limitsMs: {
      gate: ms(ours.limits.gate),
      detect: ms(ours.limits.detect),
      notify: ms(ours.limits.notify),
      walk: ms(ours.limits.walk),
      resolve: ms(ours.limits.resolve),
    },
  }
}
