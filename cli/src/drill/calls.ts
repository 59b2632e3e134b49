import type { Probe } from './drill.ts'
import type { Experiment } from './experiment.ts'

/** What the `drillbook` commands of an experiment do. */

export function startedFaults(experiment: Experiment): string[] {
  return experiment.method.flatMap((step) =>
    step.type === 'action' ? (startedFault(step.provider.arguments) ?? []) : [],
  )
}

/** Undefined when it is not `fault start NAME --detach ...`. */
export function startedFault(args: readonly string[]): string | undefined {
  const [command, verb, name, ...rest] = args
  return command === 'fault' && verb === 'start' && rest.includes('--detach') ? name : undefined
}

/** Undefined when it is not `query PROMQL --expect EXPECTATION`. */
export function probeOf(probe: { name: string; provider: { arguments: string[] } }): Probe | undefined {
  const [command, promql, flag, expect] = probe.provider.arguments
  if (command !== 'query' || promql === undefined || flag !== '--expect' || expect === undefined) return undefined
  return { name: probe.name, promql: promql.trim(), expect }
}
