import { CLASSES, type Class, type Errand } from './visitors.ts'
import { type Sent, Wire } from './wire.ts'

/** How a span of load went. Good: answered as wanted, within the deadline. */
export interface Served {
  count: number
  good: number
  seconds: number
  perSecond: number
  goodPerSecond: number
  /** Of the good ones. */
  p99Ms: number
  byClass: Record<Class, { count: number; good: number }>
  /** How often each status or ending that is not good was seen. */
  endings: Record<string, number>
  /** By how much, at worst, a request left after its time: the generator's own overload. */
  lagMs: number
}

/** A visitor waits no longer. Milliseconds. */
const DEADLINE_MS = 2_000
const TICK_MS = 2
/** To each instance, kept, as a gateway does; who waits too long for one is turned away by the gateway. Milliseconds. */
const CONNECTIONS = 1_000
const QUEUE_MS = 500
/** Idle connections, less than the 4 s that they are promised. Milliseconds. */
const KEEP_MS = 3_500

/** Visitors of all instances in turn, on connections of their own. */
export class Crowd {
  private readonly wires: Wire[]
  private readonly next: () => Errand
  private sent = 0

  constructor(ports: number[], next: () => Errand) {
    this.wires = ports.map((port) => new Wire(port, { most: CONNECTIONS, keepMs: KEEP_MS, queueMs: QUEUE_MS }))
    this.next = next
  }

  /** So many at a time, each goes when it was served and the next one comes: what can be done without overload. */
  async queueUp(atOnce: number, seconds: number): Promise<Served> {
    const tally = new Tally()
    const startedAt = performance.now()
    const ends = startedAt + seconds * 1_000
    const one = async () => {
      while (performance.now() < ends) await this.serveOne(tally)
    }
    await Promise.all(Array.from({ length: atOnce }, one))
    return tally.served((performance.now() - startedAt) / 1_000)
  }

  /** An open model: they come at this rate whatever becomes of the earlier ones. `onSecond` gets what was sent in each second, when it has ended. */
  async arrive(perSecond: number, seconds: number, onSecond: (served: Served) => void): Promise<Served> {
    const total = new Tally()
    const pending = new Set<Promise<void>>()
    const startedAt = performance.now()
    const count = Math.round(perSecond * seconds)
    const tallies = Array.from({ length: seconds }, () => new Tally())
    const dueAt = (n: number) => startedAt + (n * 1_000) / perSecond
    let reported = 0
    await new Promise<void>((resolve) => {
      let n = 0
      const timer = setInterval(() => {
        const now = performance.now()
        for (; n < count && dueAt(n) <= now; n += 1) {
          const second = tallies[Math.min(seconds - 1, Math.floor(n / perSecond))] as Tally
          total.lagged(now - dueAt(n))
          second.lagged(now - dueAt(n))
          const sent = this.serveOne(total, second)
          pending.add(sent)
          sent.finally(() => pending.delete(sent))
        }
        // A second is told when the deadlines of all its requests have passed.
        if (now - startedAt > (reported + 1) * 1_000 + DEADLINE_MS) onSecond((tallies[reported++] as Tally).served(1))
        if (n < count) return
        clearInterval(timer)
        resolve()
      }, TICK_MS)
    })
    const elapsed = (performance.now() - startedAt) / 1_000
    await Promise.all(pending)
    while (reported < seconds) onSecond((tallies[reported++] as Tally).served(1))
    return total.served(elapsed)
  }

  leave(): void {
    for (const wire of this.wires) wire.close()
  }

  private async serveOne(...tallies: Tally[]): Promise<void> {
    const errand = this.next()
    const wire = this.wires[this.sent++ % this.wires.length] as Wire
    const sent = await wire.send(errand.text, DEADLINE_MS)
    for (const tally of tallies) tally.add(errand, sent)
  }
}

class Tally {
  private readonly byClass = {
    browse: { count: 0, good: 0 },
    purchase: { count: 0, good: 0 },
    payment: { count: 0, good: 0 },
  }
  private readonly durations: number[] = []
  private readonly endings: Record<string, number> = {}
  private lagMs = 0

  lagged(ms: number): void {
    this.lagMs = Math.max(this.lagMs, ms)
  }

  add(errand: Errand, { ending, status, durationMs }: Sent): void {
    const own = this.byClass[errand.class]
    own.count += 1
    if (status === errand.status) {
      own.good += 1
      this.durations.push(durationMs)
    } else {
      const name = ending === 'answered' ? `${errand.class} ${status}` : `${errand.class} ${ending}`
      this.endings[name] = (this.endings[name] ?? 0) + 1
    }
  }

  served(seconds: number): Served {
    const sum = (what: 'count' | 'good') => CLASSES.reduce((total, name) => total + this.byClass[name][what], 0)
    const sorted = this.durations.toSorted((a, b) => a - b)
    return {
      count: sum('count'),
      good: sum('good'),
      seconds,
      perSecond: sum('count') / seconds,
      goodPerSecond: sum('good') / seconds,
      p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN,
      byClass: this.byClass,
      endings: this.endings,
      lagMs: this.lagMs,
    }
  }
}
