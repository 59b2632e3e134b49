import { availableParallelism } from 'node:os'
import { Gauge, Registry } from 'prom-client'
import type { Environment } from '../environment/environment.ts'
import { isOn, isOpen, type Session } from './session.ts'

/** What Prometheus scrapes, in its text format. Every fault of the environment has a series, also when it is off. */
export async function keeperMetrics(environment: Environment, session: Session | undefined): Promise<string> {
  const open = isOpen(session) ? session : undefined
  const on = new Set(open?.faults.filter(isOn).map((f) => f.name))
  const failed = new Set(open?.undo.filter((u) => !u.ok).map((u) => u.what))
  const faults = [...environment.faults.keys()]
  const registry = new Registry()
  const gauge = (name: string, help: string, ...labelNames: 'fault'[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] })

  const active = gauge('drillbook_fault_active', '1 while a fault is on, or may be on.', 'fault')
  for (const fault of faults) active.set({ fault }, on.has(fault) ? 1 : 0)
  const help = '1 while a fault or a rollback action could not be undone; it is tried again.'
  const undoFailed = gauge('drillbook_fault_undo_failed', help, 'fault')
  for (const fault of [...faults, ...failed]) undoFailed.set({ fault }, failed.has(fault) ? 1 : 0)
  gauge('drillbook_keeper_sessions', 'Sessions that are open; at most one.').set(open === undefined ? 0 : 1)
  const cores = 'Cores of the machine that the keeper runs on: where its faults happen.'
  gauge('machine_cpu_cores', cores).set(availableParallelism())
  return await registry.metrics()
}
