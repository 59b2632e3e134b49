import { boundedLabel, children, counter, gauge, histogram, type MetricsRegistry } from '@drillbook/instrumentation'

/** How a place in line ends, besides admission. */
export type WaitingRoomEnding = 'completed' | 'abandoned' | 'expired' | 'dropped'

export interface WaitingRoomMetricsOptions {
  /**
   * Reasons of refusal that exist from the start, at 0: a rate cannot see the first count of a series that was not
   * there.
   */
  reasons?: readonly string[]
  /** Every way in which the room can be run: the `mode` label. */
  modes?: readonly string[]
}

export interface WaitingRoomMetrics {
  joined(): void
  /** @param inverted a user who had joined later was admitted before */
  admitted(waitedSeconds: number, inverted: boolean): void
  ended(as: WaitingRoomEnding): void
  /**
   * Counts one caller who was turned away.
   *
   * @param reason why, in snake_case, from a fixed set (never a message); the 51st becomes `other`
   */
  rejected(reason: string): void
  /** The room as a whole, as seen by this instance: the same in all of them, so dashboards take the maximum. */
  counted(waiting: number, admitted: number, oldestWaitSeconds: number): void
  /** What operators allow: users admitted at a time, and admissions per second over all instances. */
  limits(capacity: number, admissionsPerSecond: number): void
  /** How the room is run from now on, one of `modes`. */
  mode(mode: string): void
}

/** People wait for minutes, not for milliseconds: the common bounds, and one for each step up to the hour. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600]
const MAX_REASONS = 50

const ENDINGS: Record<WaitingRoomEnding, string> = {
  completed: 'Admitted users who were done: they bought, or they left',
  abandoned: 'Waiting users who left or were not seen any more',
  expired: 'Admitted users whose turn ended by itself, and waiting users whose token did',
  dropped: 'Users who lost their place by a fault of the waiting room',
}

/** Metrics of one waiting room. Each event counts in the one instance that it was reported to, so counters add up. */
export function waitingRoomMetrics(
  registry: MetricsRegistry,
  { reasons = [], modes = [] }: WaitingRoomMetricsOptions = {},
): WaitingRoomMetrics {
  const joined = counter(registry, { name: 'waiting_room_joined_total', help: 'Users who got a place in line' })
  const admitted = counter(registry, { name: 'waiting_room_admitted_total', help: 'Users who were let in' })
  const inversions = counter(registry, {
    name: 'waiting_room_order_inversions_total',
    help: 'Users who were let in after somebody who had joined later',
  })
  const endings = Object.fromEntries(
    Object.entries(ENDINGS).map(([as, help]) => [as, counter(registry, { name: `waiting_room_${as}_total`, help })]),
  )
  const rejections = counter(registry, {
    name: 'waiting_room_rejected_total',
    help: 'Callers who were turned away: not admitted, or with a token that is not good',
    labelNames: ['reason'],
  })
  const waits = histogram(registry, {
    name: 'waiting_room_wait_seconds',
    help: 'From joining to admission',
    buckets: WAIT_BUCKETS,
  })
  const tokens = gauge(registry, {
    name: 'waiting_room_tokens',
    help: 'Live tokens by state: waiting, admitted; the same in every instance',
    labelNames: ['state'],
  })
  const oldest = gauge(registry, {
    name: 'waiting_room_oldest_wait_seconds',
    help: 'How long the first in line has waited; 0 when nobody waits; the same in every instance',
  })
  const capacity = gauge(registry, {
    name: 'waiting_room_capacity',
    help: 'Users who may be admitted at a time; the same in every instance',
  })
  const admissionRate = gauge(registry, {
    name: 'waiting_room_admissions_per_second_limit',
    help: 'Users who may be let in within a second, by all instances together; the same in every instance',
  })
  const running = gauge(registry, {
    name: 'waiting_room_mode',
    help: '1 for the mode in which this instance runs the waiting room, 0 for the others',
    labelNames: ['mode'],
  })

  const reasonLabel = boundedLabel({ max: MAX_REASONS })
  const rejection = children((reason: string) => rejections.labels({ reason }))
  for (const reason of reasons) rejection(reasonLabel(reason)).inc(0)
  for (const state of ['waiting', 'admitted']) tokens.set({ state }, 0)

  return {
    joined: () => joined.inc(),
    admitted: (waitedSeconds, inverted) => {
      admitted.inc()
      waits.observe(waitedSeconds)
      if (inverted) inversions.inc()
    },
    ended: (as) => endings[as]?.inc(),
    rejected: (reason) => rejection(reasonLabel(reason)).inc(),
    counted: (waiting, admittedNow, oldestWaitSeconds) => {
      tokens.set({ state: 'waiting' }, waiting)
      tokens.set({ state: 'admitted' }, admittedNow)
      oldest.set(oldestWaitSeconds)
    },
    limits: (users, admissionsPerSecond) => {
      capacity.set(users)
      admissionRate.set(admissionsPerSecond)
    },
    mode: (current) => {
      for (const mode of modes) running.set({ mode }, mode === current ? 1 : 0)
    },
  }
}
