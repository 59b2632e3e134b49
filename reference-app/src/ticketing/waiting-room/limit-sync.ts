import type { WaitingRoomEvents } from './events.ts'
import type { Line } from './line.ts'
import type { RoomLimits } from './room-rules.ts'

export interface LimitParts {
  limits: RoomLimits
  line: Line
  events: WaitingRoomEvents
  /**
   * Whether this instance has read the operators' settings. Until then its start values must not be sent: all instances
   * share the room.
   */
  isInformed: () => boolean
}

/** Sends this instance's limits to the room's Redis, and keeps those that are not sent yet. */
export class LimitSync {
  private readonly parts: LimitParts
  private wanted: RoomLimits
  private unsent: Partial<RoomLimits> = {}
  /** The start values were sent; not before the operators' settings were read. */
  private introduced = false

  constructor(parts: LimitParts) {
    this.parts = parts
    this.wanted = parts.limits
  }

  get current(): RoomLimits {
    return this.wanted
  }

  /** The others stay what they are there: this instance may not know them yet. Never rejects. */
  async set(limits: Partial<RoomLimits>): Promise<void> {
    this.wanted = { ...this.wanted, ...limits }
    this.parts.events.limitsSet(this.wanted)
    this.unsent = { ...this.unsent, ...limits }
    await this.sendUnsent().catch(() => undefined) // the ticker sends them later
  }

  /** Sends what may be sent by now. Rejects as the line does, and may then be called again. */
  async sendPending(): Promise<void> {
    this.introduce()
    await this.sendUnsent()
  }

  private introduce(): void {
    if (this.introduced || !this.parts.isInformed()) return
    this.introduced = true
    this.unsent = this.wanted
  }

  private async sendUnsent(): Promise<void> {
    const limits = this.unsent
    if (Object.keys(limits).length === 0) return
    await this.parts.line.setLimits(limits)
    if (limits === this.unsent) this.unsent = {}
  }
}
