import type { Logger } from '@drillbook/instrumentation'
import type { ProblemCode } from '../../platform/problem/codes.ts'
import type { RoomCounts } from './line.ts'
import type { WaitingRoomMetrics } from './metrics.ts'
import type { RoomLimits, WaitingRoomMode } from './room-rules.ts'
import type { RoomEvent } from './session.ts'

/**
 * Why a request is refused: not admitted, or an invalid token. A surge of these is an attempt to bypass the waiting
 * room.
 */
export const REJECTIONS = [
  'queue_not_admitted',
  'queue_token_missing',
  'queue_token_expired',
  'queue_token_invalid',
  'queue_token_of_another',
  'queue_place_gone',
] as const satisfies readonly ProblemCode[]

/** What happens in and to the waiting room: each event moves its metric or writes its log line, or both. */
export class WaitingRoomEvents {
  private readonly metrics: WaitingRoomMetrics
  private readonly logger: Logger
  private lost = false

  constructor(metrics: WaitingRoomMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  /** Of one user; thousands come in a minute, so only what should not happen is worth a line. */
  happened(event: RoomEvent): void {
    const userId = event.user
    if (event.kind === 'joined') this.metrics.joined()
    else if (event.kind === 'admitted') {
      this.metrics.admitted(event.waited / 1000, event.inverted)
      if (event.inverted) {
        const seq = event.session.seq
        this.logger.error({ event: 'waiting_room.order_inverted', userId, seq }, 'somebody was admitted out of turn')
      }
    } else {
      this.metrics.ended(event.kind)
      if (event.kind === 'dropped') {
        this.logger.error({ event: 'waiting_room.dropped', userId }, 'somebody lost their place without having left')
      }
    }
  }

  rejected(code: ProblemCode): void {
    this.metrics.rejected(code)
  }

  /** It is there: also after a loss that another instance has mended. */
  counted({ waiting, admitted, oldestWait }: RoomCounts): void {
    this.lost = false
    this.metrics.counted(waiting, admitted, oldestWait / 1000)
  }

  /** How the room is run when this instance starts. */
  begun(mode: WaitingRoomMode, limits: RoomLimits): void {
    this.metrics.mode(mode)
    this.limitsSet(limits)
  }

  limitsSet({ capacity, admissionsPerSecond }: RoomLimits): void {
    this.metrics.limits(capacity, admissionsPerSecond)
  }

  connected(): void {
    this.logger.info({ event: 'waiting_room.connected' }, 'the Redis of the waiting room can be used')
  }

  disconnected(reason: string): void {
    this.logger.warn({ event: 'waiting_room.disconnected', reason }, 'the Redis of the waiting room is gone: closed')
  }

  /** Of this loss once, however many calls meet it. */
  lostData(): void {
    if (!this.lost) this.logger.error({ event: 'waiting_room.lost' }, 'the waiting room lost its data: closed')
    this.lost = true
  }

  /** For the first time. */
  opened(): void {
    this.logger.info({ event: 'waiting_room.opened' }, 'the waiting room is new and open')
  }

  restored(sessions: number): void {
    this.lost = false
    this.logger.warn({ event: 'waiting_room.restored', sessions }, 'the waiting room was rebuilt from its journal')
  }

  modeSet(mode: WaitingRoomMode): void {
    this.metrics.mode(mode)
    this.logger.info({ event: 'waiting_room.mode_set', mode }, 'the waiting room has another mode')
  }

  journalBehind(reason: string): void {
    this.logger.warn({ event: 'waiting_room.journal_behind', reason }, 'joins go on without their journal')
  }

  journalCaughtUp(): void {
    this.logger.info({ event: 'waiting_room.journal_caught_up' }, 'the journal has everything again')
  }

  journalOverflowed(): void {
    this.logger.error({ event: 'waiting_room.journal_overflowed' }, 'a stay will be missing in the journal')
  }
}
