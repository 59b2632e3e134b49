import { z } from 'zod'
import type { Setting } from '../../platform/controls/setting.ts'
import { MAX_ADMISSIONS_PER_SECOND, MAX_CAPACITY, WAITING_ROOM_MODES, type WaitingRoomMode } from './room-rules.ts'
import type { WaitingRoom } from './waiting-room.ts'

export function waitingRoomMode(room: WaitingRoom): Setting<WaitingRoomMode> {
  return {
    name: 'waiting-room.mode',
    schema: z.enum(WAITING_ROOM_MODES),
    initial: room.mode,
    apply: (mode) => room.setMode(mode),
  }
}

/** Admitted users at a time. Lowering it ends no turn: it stops admissions until there are fewer. */
export function waitingRoomCapacity(room: WaitingRoom): Setting<number> {
  return {
    name: 'waiting-room.capacity',
    schema: z.int().min(0).max(MAX_CAPACITY),
    initial: room.limits.capacity,
    isShared: true,
    apply: (capacity) => room.setCapacity(capacity),
  }
}

/** Per second, over all instances. 0: no admissions. */
export function waitingRoomAdmissionRate(room: WaitingRoom): Setting<number> {
  return {
    name: 'waiting-room.admission-rate',
    schema: z.int().min(0).max(MAX_ADMISSIONS_PER_SECOND),
    initial: room.limits.admissionsPerSecond,
    isShared: true,
    apply: (admissionsPerSecond) => room.setAdmissionRate(admissionsPerSecond),
  }
}
