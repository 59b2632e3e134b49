import type { Panel } from '@grafana/schema'
import { stat } from '../grafana/stat.ts'
import { IDLE } from './latency.ts'

/** The share of operations that failed, now. */
export function failedNow(id: number): Panel {
  return stat({
    id,
    title: 'Failed operations',
    description: [
      'Share of all operations that failed in the last minute: errors, time-outs and shed load.',
      'A refusal (sold out, not your turn) does not count. Normal: 0 %. Above it, users are losing what they came for.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: 'max(service:operations_failed:ratio1m{service=~"$service"})', legend: 'failed' }],
    noValue: IDLE,
    decimals: 1,
  })
}
