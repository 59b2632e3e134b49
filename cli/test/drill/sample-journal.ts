import type { Drill } from '../../src/drill/drill.ts'
import type { Journal } from '../../src/drill/journal.ts'
import type { Watched } from '../../src/drill/verdict.ts'

/** A drill for speed 1 with everything in it. */
export const DRILL: Drill = {
  name: 'cache-outage',
  file: 'runbooks/drills/cache-outage.yaml',
  title: 'The cache stops',
  description: 'It stops.',
  incident: 'cache-outage',
  service: 'reference-app',
  protection: 'on',
  hypothesis: { title: 'Users are served', probes: [{ name: 'nobody-fails', promql: 'failed', expect: '<= 1%' }] },
  faults: ['cache-stopped'],
  rollbacks: ['use-primary-cache'],
  alerts: { expected: ['CacheDown'], allowed: [] },
  confirm: { promql: 'cache:up', expect: '== 0', withinMs: 120_000 },
  mitigated: { promql: 'cache:hit_ratio', expect: '>= 90%', withinMs: 300_000 },
  recovered: { promql: 'cache:hit_ratio', expect: '>= 90%', withinMs: 600_000 },
  mendedBy: ['use-standby-cache'],
  mustNotRun: [],
  proves: [],
  abort: [],
  limitsMs: { gate: 300_000, detect: 300_000, notify: 120_000, walk: 1_200_000, resolve: 600_000 },
}

/** Nothing was out of sight. */
export const SEEN: Watched = {
  harm: undefined,
  unseen: { alerts: undefined, users: undefined, aborts: undefined },
  mustNotRun: [],
  hasAborts: false,
}

const AT = '2026-11-21T03:00:00.000Z'
const PASSED = [
  'gate',
  'hypothesis',
  'inject',
  'confirm',
  'detect',
  'notify',
  'walk',
  'mitigate',
  'recover',
  'resolve',
  'prove',
  'roll back',
  'verify',
] as const

/** The journal of a drill in which everything held. */
export function heldJournal(): Journal {
  return {
    version: 1,
    id: '20261121-030000-cache-outage',
    drill: 'cache-outage',
    title: DRILL.title,
    incident: 'cache-outage',
    environment: 'lab',
    speed: 10,
    protection: 'on',
    verdict: 'running',
    reasons: [],
    startedAt: AT,
    finishedAt: null,
    runner: { pid: 1, host: 'here', processStartedAt: '1' },
    session: 'a-session',
    incidentId: '20261121-030010-cache-outage',
    hypothesis: { title: 'Users are served', saidByHuman: null },
    phases: PASSED.map((name) => ({ name, status: 'passed', startedAt: AT, finishedAt: AT, text: `${name} is fine` })),
    times: {
      injectedAt: AT,
      confirmedAt: '2026-11-21T03:00:01.500Z',
      signalAt: '2026-11-21T03:00:01.500Z',
      firingAt: '2026-11-21T03:00:05.000Z',
      notifiedAt: '2026-11-21T03:00:06.000Z',
      mitigatedAt: '2026-11-21T03:00:18.000Z',
      recoveredAt: '2026-11-21T03:00:20.000Z',
      resolvedAt: '2026-11-21T03:00:30.000Z',
    },
    evidence: { injectedAt: 'the keeper began to inject cache-stopped' },
    alerts: {
      expected: ['CacheDown'],
      fired: ['CacheDown'],
      unexpected: [],
      detail: [
        {
          name: 'CacheDown',
          signalAt: '2026-11-21T03:00:01.500Z',
          firingAt: '2026-11-21T03:00:05.000Z',
          notifiedAt: '2026-11-21T03:00:06.000Z',
          inFirstMessage: true,
          overheadSeconds: -0.5,
        },
      ],
    },
    impact: { requests: 4808, failed: 3, slow: 12, evidence: 'counters' },
    mitigatedBy: 'runbook',
    faults: ['cache-stopped'],
    acts: [{ name: 'use-standby-cache', startedAt: AT }],
    undo: [
      { what: 'cache-stopped', kind: 'fault', startedAt: AT, finishedAt: AT, ok: true, readBack: 'held', attempts: 1 },
    ],
    overheadSeconds: -0.5,
    overhead: {
      alert: 'CacheDown',
      signalToNotifiedSeconds: 4.5,
      intervalSeconds: 1,
      forSeconds: 3,
      groupWaitSeconds: 1,
      groupWasThere: false,
    },
    scorecard: {
      secondsToDetect: 5,
      secondsToNotify: 6,
      secondsToMitigate: 18,
      secondsToRecover: 20,
      secondsToResolve: 30,
    },
    proves: [],
    checks: [],
    messages: [{ kind: 'firing', at: AT, text: 'WARNING: cache-outage in lab', delivered: true }],
    steps: [
      {
        name: 'use-standby-cache',
        title: 'Switch to the standby',
        phase: 'immediate',
        kind: 'act',
        outcome: 'done',
        startedAt: AT,
        finishedAt: AT,
        targets: [{ target: 'http://127.0.0.1:18101', ok: true, status: 200, output: '{}', durationMs: 9 }],
      },
    ],
  }
}
