import { setTimeout } from 'node:timers/promises'
import { GOOD, type Knobs } from './knobs.ts'

const DECLINE_REASONS = ['insufficient_funds', 'card_declined', 'card_expired'] as const

/** How one request to charge goes wrong. `late`: after the money was taken. */
export interface Failure {
  kind: 'fail' | 'reset'
  late: boolean
}

/** The fault settings (knobs) of this provider, and the faults that they draw for each request. */
export class FaultSettings {
  private current = GOOD
  private resumed = Promise.withResolvers<void>()
  private failures = 0

  get knobs(): Knobs {
    return this.current
  }

  /** Those that are not named stay as they are. */
  turn(some: Partial<Knobs>): void {
    this.current = { ...this.current, ...some }
    if (this.current.hang) return
    this.resumed.resolve()
    this.resumed = Promise.withResolvers()
  }

  /** Resolves when an answer is due. */
  async wait(): Promise<void> {
    const { latencyMs, latencyJitterMs } = this.current
    await setTimeout(latencyMs + Math.random() * latencyJitterMs)
    while (this.current.hang) await this.resumed.promise
  }

  /** Undefined: it goes well. */
  failure(): Failure | undefined {
    const { failRatio, resetRatio } = this.current
    const dice = Math.random()
    const kind = dice < failRatio ? 'fail' : dice < failRatio + resetRatio ? 'reset' : undefined
    if (kind === undefined) return undefined
    this.failures += 1
    return { kind, late: this.failures % 2 === 1 }
  }

  /** Why the bank declines; undefined when it does not. */
  decline(): string | undefined {
    if (Math.random() >= this.current.declineRatio) return undefined
    return DECLINE_REASONS[Math.floor(Math.random() * DECLINE_REASONS.length)]
  }
}
