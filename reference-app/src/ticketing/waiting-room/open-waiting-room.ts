import { jobMetrics, type Logger, type MetricsRegistry } from '@drillbook/instrumentation'
import type { Database } from '../../platform/database/database.ts'
import { JobEvents } from '../../platform/jobs/events.ts'
import { Job } from '../../platform/jobs/job.ts'
import { QueueTokens } from '../queue-token.ts'
import { REJECTIONS, WaitingRoomEvents } from './events.ts'
import { Journal } from './journal.ts'
import { JournalStore } from './journal-store.ts'
import { Line } from './line.ts'
import { waitingRoomMetrics } from './metrics.ts'
import { type RoomLimits, type RoomRules, WAITING_ROOM_MODES, type WaitingRoomMode } from './room-rules.ts'
import { WaitingRoom } from './waiting-room.ts'

/** Interval at which the line advances without requests; five refills of the token bucket in a second. Milliseconds. */
const TICK_EVERY_MS = 200

export interface WaitingRoomOptions {
  redisUrl: string
  tokenSecret: string
  mode: WaitingRoomMode
  limits: RoomLimits
  rules: RoomRules
  database: Database
  /** As `WaitingRoom` has it. */
  isInformed: () => boolean
  registry: MetricsRegistry
  logger: Logger
}

export interface OpenWaitingRoom {
  room: WaitingRoom
  tokens: QueueTokens
  /** Starts the ticker. */
  begin(): void
  /** Ends the ticker, writes what the journal still lacks, lets go of Redis. Before Postgres is let go of. */
  close(): Promise<void>
}

/** One instance's access to the waiting room that all instances share, with the ticker that advances it. */
export function openWaitingRoom(options: WaitingRoomOptions): OpenWaitingRoom {
  const { redisUrl, tokenSecret, mode, limits, rules, database, isInformed, registry, logger } = options
  const metrics = waitingRoomMetrics(registry, { reasons: REJECTIONS, modes: WAITING_ROOM_MODES })
  const events = new WaitingRoomEvents(metrics, logger)
  const tokens = new QueueTokens(tokenSecret, (code) => events.rejected(code))
  const connection = { up: () => events.connected(), down: (reason: string) => events.disconnected(reason) }
  const line = new Line(redisUrl, rules, connection, (happened) => room.heard(happened))
  const store = new JournalStore(database)
  const room = new WaitingRoom({
    mode,
    limits,
    tokens,
    line,
    journal: new Journal(store, events),
    store,
    events,
    isInformed,
  })

  const name = 'waiting-room-admission'
  const ticker = new Job(
    { name, pauseMs: TICK_EVERY_MS, work: () => room.tick() },
    new JobEvents(name, jobMetrics(registry, { job: name }), logger),
  )
  return {
    room,
    tokens,
    begin: () => ticker.begin(),
    close: async () => {
      await ticker.stop()
      await room.close()
    },
  }
}
