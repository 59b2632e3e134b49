import type { WaitingRoomEvents } from './events.ts'
import type { Line } from './line.ts'
import type { RoomLimits } from './room-rules.ts'

export interface LimitParts {
  limits: RoomLimits
  line: Line
  events: WaitingRoomEvents
  /** Whether this instance knows what operators want. All instances share the room, so what it was started with must not go before that. */
  isInformed: () => boolean
}

/** The limits that this instance wants the room to have, and what of them the room's Redis has not been told yet. */
export class ToldLimits {
  private readonly parts: LimitParts
  private wanted: RoomLimits
  private untold: Partial<RoomLimits> = {}
  /** The room was told what this instance was started with: not before it is known that operators want nothing else. */
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
    this.untold = { ...this.untold, ...limits }
    await this.tellUntold().catch(() => undefined) // the ticker tells them when it can be done
  }

  /** What can be told by now. Rejects as the line does, and may then be called again. */
  async tell(): Promise<void> {
    this.introduce()
    await this.tellUntold()
  }

  private introduce(): void {
    if (this.introduced || !this.parts.isInformed()) return
    this.introduced = true
    this.untold = this.wanted
  }

  private async tellUntold(): Promise<void> {
    const limits = this.untold
    if (Object.keys(limits).length === 0) return
    await this.parts.line.setLimits(limits)
    if (limits === this.untold) this.untold = {}
  }
}
