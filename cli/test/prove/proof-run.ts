import type { ProofRun } from '../../src/prove/proof.ts'

/** A run of a drill that passed, unless something else is said. */
export function proofRun(of: Partial<ProofRun> = {}): ProofRun {
  return {
    name: 'cache-outage',
    kind: 'drill',
    incident: 'cache-outage',
    environment: 'lab',
    speed: 10,
    startedAt: '2026-11-28T12:00:00.000Z',
    verdict: 'passed',
    reasons: [],
    expected: ['CacheDown'],
    fired: ['CacheDown'],
    unexpected: [],
    delivered: true,
    mended: true,
    resolved: true,
    seconds: { detect: 5, notify: 6, mitigate: 20, recover: 30, resolve: 40 },
    overheadSeconds: -1,
    ...of,
  }
}
