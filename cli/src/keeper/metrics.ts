import { availableParallelism } from 'node:os'
import type { Environment } from '../environment/environment.ts'
import { isOn, isOpen, type Session } from './session.ts'

/** What Prometheus scrapes, in its text format. Every fault of the environment has a series, also when it is off. */
export function keeperMetrics(environment: Environment, session: Session | undefined): string {
  const open = isOpen(session) ? session : undefined
  const on = new Set(open?.faults.filter(isOn).map((f) => f.name))
  const failed = new Set(open?.undo.filter((u) => !u.ok).map((u) => u.what))
  const names = [...environment.faults.keys()]
  const undone = [...new Set([...names, ...failed])]
  return [
    '# HELP drillbook_fault_active 1 while a fault is on, or may be on.',
    '# TYPE drillbook_fault_active gauge',
    ...names.map((name) => `drillbook_fault_active{fault="${name}"} ${on.has(name) ? 1 : 0}`),
    '# HELP drillbook_fault_undo_failed 1 while a fault or a rollback action could not be undone; it is tried again.',
    '# TYPE drillbook_fault_undo_failed gauge',
    ...undone.map((name) => `drillbook_fault_undo_failed{fault="${name}"} ${failed.has(name) ? 1 : 0}`),
    '# HELP drillbook_keeper_sessions Sessions that are open; at most one.',
    '# TYPE drillbook_keeper_sessions gauge',
    `drillbook_keeper_sessions ${open === undefined ? 0 : 1}`,
    '# HELP machine_cpu_cores Cores of the machine that the keeper runs on: where its faults happen.',
    '# TYPE machine_cpu_cores gauge',
    `machine_cpu_cores ${availableParallelism()}`,
    '',
  ].join('\n')
}
