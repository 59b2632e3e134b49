import { setTimeout } from 'node:timers/promises'
import { type History, now } from './history.ts'
import type { PlannedFault } from './plan.ts'
import type { System } from './system.ts'

/** Each breaks something and gives back what mends it. */
export const FAULTS = {
  'redis-killed': async ({ ground: { redis } }: System) => {
    await redis.stop()
    return () => redis.restart()
  },
  'redis-flushed': async ({ ground: { redis } }: System) => {
    await redis.use((connection) => connection.flushall())
    return async () => undefined
  },
  'redis-hung': async ({ ground: { redis } }: System) => {
    redis.hang()
    return async () => redis.resume()
  },
  /** The waiting room's. It comes back with its file. */
  'queue-killed': async ({ ground: { queue } }: System) => {
    await queue.stop()
    return () => queue.restart()
  },
  'queue-flushed': async ({ ground: { queue } }: System) => {
    await queue.use((connection) => connection.flushall())
    return async () => undefined
  },
  /** It comes back without its file, as on another machine. */
  'queue-lost': async ({ ground: { queue } }: System) => {
    await queue.stop()
    return () => queue.restart({ empty: true })
  },
  'queue-hung': async ({ ground: { queue } }: System) => {
    queue.hang()
    return async () => queue.resume()
  },
  /** Frozen for a moment first: what was answered while nothing was written is lost for certain. */
  'postgres-killed': async ({ ground: { postgres } }: System) => {
    postgres.hang()
    await setTimeout(100)
    await postgres.crash()
    return () => postgres.restart()
  },
  /** At its longest for longer than a statement may take (2.5 s). */
  'postgres-hung': async ({ ground: { postgres } }: System) => {
    postgres.hang()
    return async () => postgres.resume()
  },
  /** Every connection between the instances and Postgres, both of which live on: a commit under way happens, and nobody hears of it. */
  'database-cut': async ({ proxy }: System) => {
    proxy.reset()
    return async () => proxy.heal()
  },
  'api-killed': (system: System, pick: number) => system.killApi(pick),
  'worker-killed': async (system: System, pick: number) => {
    const mend = await system.office.killWorker(pick)
    await system.endLeases()
    return mend
  },
  /** For longer than its leases, as the others see it: what it had begun is theirs, and then it goes on. */
  'worker-hung': async (system: System, pick: number) => {
    const mend = system.office.hangWorker(pick)
    await system.endLeases()
    return async () => mend()
  },
  'provider-killed': (system: System, pick: number) => system.office.killProvider(pick),
} as const satisfies Record<string, (system: System, pick: number) => Promise<() => Promise<void>>>

export type FaultName = keyof typeof FAULTS

/** A fault that was there. */
export interface Outage {
  fault: FaultName
  from: number
  /** Absent: still there. */
  until?: number
}

/** One after the other, at their times or as soon after them as can be. What was broken is mended, also when the run is stopped early. */
export async function play(
  system: System,
  history: History,
  plan: PlannedFault[],
  outages: Outage[],
  stop: AbortSignal,
) {
  for (const { fault, atMs, lastsMs, pick } of plan) {
    await pause(history.startedAt + atMs - now(), stop)
    if (stop.aborted) return
    const outage: Outage = { fault, from: now() }
    outages.push(outage)
    const mend = await FAULTS[fault](system, pick)
    await pause(lastsMs, stop)
    await mend()
    outage.until = now()
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await setTimeout(Math.max(0, ms), undefined, { signal: stop }).catch(() => undefined) // woken early by the end of the run
}
