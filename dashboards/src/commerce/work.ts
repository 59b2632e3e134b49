import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { WORKER } from './selectors.ts'

/** Events that wait for a consumer. */
export function outboxPending(id: number): Panel {
  return graph({
    id,
    title: 'Outbox pending',
    description: [
      'Events that were committed and not yet delivered: payments to be charged, results to be told to orders.',
      'Normal: near 0, with short peaks. Climbing: they come in faster than the workers take them, or nobody takes them.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `outbox:pending:max{${WORKER}}`, legend: '{{service}}' }],
  })
}

/** How long the oldest event has waited. */
export function outboxOldest(id: number): Panel {
  return graph({
    id,
    title: 'Outbox oldest',
    description: [
      'Age of the oldest undelivered event. Normal: below a few seconds, falling back to 0.',
      'A straight climb: one event is stuck, or the relay stands still. Nothing is lost; look for `outbox.event_stuck` in the log of the worker.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `outbox:oldest_seconds:max{${WORKER}}`, legend: '{{service}}' }],
  })
}

/** Runs of each job, failed ones apart. */
export function jobRuns(id: number): Panel {
  return graph({
    id,
    title: 'Jobs',
    description: [
      'Runs of background jobs per second: those that failed by job (red), and all that succeeded together (green).',
      'Normal: green level, red 0. A job that fails tries again by itself; its log line `job.failed` says why. No green: the worker is down.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum(rate(job_runs_total{${WORKER}, outcome="success"}[$__rate_interval]))`,
        legend: 'all succeeded',
      },
      {
        expr: `sum by (job) (rate(job_runs_total{${WORKER}, outcome="failed"}[$__rate_interval]))`,
        legend: '{{job}} failed',
      },
    ],
    styles: [
      { series: 'all succeeded', colour: COLOURS.good },
      { series: / failed$/, colour: COLOURS.bad, shades: true },
    ],
  })
}

/** Which jobs an operator holds back. */
export function jobsPaused(id: number): Panel {
  return graph({
    id,
    title: 'Jobs paused',
    description: [
      '1 while an operator holds a job back (`PUT /jobs/{job}`). Normal: all 0.',
      'What a paused job would do waits: payments are not charged, holds are not written down as expired. Let it go with the same command.',
    ].join(' '),
    unit: 'bool_on_off',
    queries: [{ expr: `max by (job) (job_paused{${WORKER}})`, legend: '{{job}}' }],
    styles: [{ series: /.+/, colour: COLOURS.chosen, shades: true }],
    stepped: true,
    max: 1,
  })
}

/** Rows that break what must be true of the data. */
export function invariants(id: number): Panel {
  return graph({
    id,
    title: 'Broken invariants',
    description: [
      'Rows that break what must always be true (a seat is sold once, stock is never negative), as the job `auditor` found last.',
      'Normal: 0, always. Above it money or seats are wrong: stop what writes them, then mend the rows. Look that `auditor` runs.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `max by (invariant) (invariant_violations{${WORKER}})`, legend: '{{invariant}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad, shades: true }],
    stepped: true,
  })
}
