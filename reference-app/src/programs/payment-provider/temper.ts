import { setTimeout } from 'node:timers/promises'
import { GOOD, type Knobs } from './knobs.ts'

const DECLINE_REASONS = ['insufficient_funds', 'card_declined', 'card_expired'] as const

/** How one request to charge goes wrong. `late`: after the money was taken. */
export interface Mishap {
  kind: 'fail' | 'reset'
  late: boolean
}

/** What the knobs make of this provider. */
export class Temper {
  private current = GOOD
  private calm = Promise.withResolvers<void>()
  private mishaps = 0

  get knobs(): Knobs {
    return this.current
  }

  /** Those that are not named stay as they are. */
  turn(some: Partial<Knobs>): void {
    this.current = { ...this.current, ...some }
    if (this.current.hang) return
    this.calm.resolve()
    this.calm = Promise.withResolvers()
  }

  /** Resolves when an answer is due. */
  async wait(): Promise<void> {
    const { latencyMs, latencyJitterMs } = this.current
    await setTimeout(latencyMs + Math.random() * latencyJitterMs)
    while (this.current.hang) await this.calm.promise
  }

  /** Undefined: it goes well. */
  mishap(): Mishap | undefined {
    const { failRatio, resetRatio } = this.current
    const dice = Math.random()
    const kind = dice < failRatio ? 'fail' : dice < failRatio + resetRatio ? 'reset' : undefined
    if (kind === undefined) return undefined
    this.mishaps += 1
    return { kind, late: this.mishaps % 2 === 1 }
  }

  /** Why the bank declines; undefined when it does not. */
  decline(): string | undefined {
    if (Math.random() >= this.current.declineRatio) return undefined
    return DECLINE_REASONS[Math.floor(Math.random() * DECLINE_REASONS.length)]
  }
}
