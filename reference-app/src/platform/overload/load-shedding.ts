import { thinTraces } from '@drillbook/instrumentation'
import { ConcurrencyLimit } from './concurrency-limit.ts'
import type { OverloadEvents } from './events.ts'
import { CLASSES, RANK, type Sheddable } from './importance.ts'
import { Sojourn } from './sojourn.ts'

/** Limit adjustment interval. Milliseconds. */
const INTERVAL_MS = 100
/**
 * Of the traces, while there is a limit. A span costs more than a refusal, and two thirds as much as a page (measured:
 * 335 us of processor time with, 180 without), so most are done without when every bit of work counts.
 */
const TRACES_KEPT = 0.01

/**
 * So much of the limit can be taken from a class by what is more important, not all: purchases and payments wait for
 * Postgres with little use of the processor, and a queue there would otherwise end browsing, which needs only the
 * cache.
 */
const YIELDED = 0.5

/**
 * Decides whether a request is begun. Each class sees only what is at least as important as itself: browsing makes room
 * for *everything* under way, payments are turned away only when they reach the limit alone.
 */
export class LoadShedding {
  private readonly underWay = CLASSES.map(() => 0)
  private readonly limit = new ConcurrencyLimit()
  private readonly sojourn = new Sojourn()
  private readonly events: OverloadEvents
  private readonly isProtected: () => boolean
  private byHand: Sheddable = 'none'
  private timer: NodeJS.Timeout | undefined
  private shed = 0

  /** `isProtected`: while it says no, nothing is shed but what an operator has asked for. */
  constructor(isProtected: () => boolean, events: OverloadEvents) {
    this.isProtected = isProtected
    this.events = events
  }

  get class(): Sheddable {
    return this.byHand
  }

  /** Null: no limit. */
  get limitOfNow(): number | null {
    return Number.isFinite(this.limit.current) ? Math.round(this.limit.current) : null
  }

  /** From now on this class and all below it are turned away, whatever the load. */
  shedByHand(name: Sheddable): void {
    this.byHand = name
  }

  begin(): void {
    let since = performance.now()
    this.timer = setInterval(() => {
      const now = performance.now()
      this.thinkOver((now - since) / 1_000)
      since = now
    }, INTERVAL_MS)
    this.timer.unref()
  }

  end(): void {
    clearInterval(this.timer)
  }

  /** Whether a request of this rank may begin. False is counted as shed. */
  admits(rank: number): boolean {
    if (this.byHand !== 'none' && rank <= RANK[this.byHand]) return this.turnedAway(rank)
    if (this.limit.current === Number.POSITIVE_INFINITY) return true
    let above = 0
    for (let at = rank + 1; at < this.underWay.length; at += 1) above += this.underWay[at] ?? 0
    if ((this.underWay[rank] ?? 0) + Math.min(above, YIELDED * this.limit.current) < this.limit.current) return true
    this.shed += 1
    return this.turnedAway(rank)
  }

  /**
   * Work of this rank began; call what is returned when it has ended, and whether it tells of the load: not when it
   * failed.
   */
  start(rank: number): (tells: boolean) => void {
    const startedAt = performance.now()
    this.underWay[rank] = (this.underWay[rank] ?? 0) + 1
    return (tells) => {
      this.underWay[rank] = (this.underWay[rank] ?? 0) - 1
      // A failure says nothing of the load: when Postgres hangs, pages that need only the cache go on. Who left had
      // waited: without them only the quick ones would count.
      if (tells) this.sojourn.add(performance.now() - startedAt)
    }
  }

  private turnedAway(rank: number): false {
    this.events.shed(CLASSES[rank] ?? 'browse')
    return false
  }

  private thinkOver(seconds: number): void {
    const ended = this.sojourn.count
    const sojournMs = this.sojourn.next()
    if (this.isProtected()) this.limit.observe({ seconds, sojournMs, ended, shed: this.shed })
    else this.limit.lift()
    thinTraces(this.limitOfNow === null ? 1 : TRACES_KEPT)
    this.events.limited(this.limit.current, sojournMs)
    this.shed = 0
  }
}
