import { Buyer } from '../../reference-app/test/support/buyer.ts'
import { READS } from '../../reference-app/test/support/load.ts'
import { requestText, Wire } from './wire.ts'

/** A visitor waits no longer. Milliseconds. */
const DEADLINE_MS = 10_000
const TICK_MS = 2
/** Every so many requests is a write: it must not be retried by anybody, so it shows what a retry would hide. */
const WRITE_EVERY = 4

/** A steady open-model load on kept connections: reads of the catalogue, and recharges of one user by 1. */
export class Steady {
  private readonly wire: Wire
  private readonly timer: NodeJS.Timeout
  private readonly pending = new Set<Promise<void>>()
  private readonly endings: Record<string, number> = {}
  private readonly statuses: Record<string, number> = {}
  private readonly recharge: string
  private readonly reads: string[]
  private recharged = 0

  constructor(port: number, perSecond: number, user: number) {
    this.wire = new Wire(port)
    const { headers } = new Buyer(user)
    this.recharge = requestText('POST', `/api/v1/balance/users/${user}/recharge`, {}, { amount: 1 })
    this.reads = READS.map((path) => requestText('GET', path, headers))
    const startedAt = performance.now()
    let sent = 0
    this.timer = setInterval(() => {
      for (; startedAt + (sent * 1_000) / perSecond <= performance.now(); sent += 1) {
        const one = this.sendOne(sent)
        this.pending.add(one)
        one.finally(() => this.pending.delete(one))
      }
    }, TICK_MS)
  }

  /** How each request ended, when the last one has: `other` is an answer that is not 200. */
  async stop(): Promise<{ endings: Record<string, number>; statuses: Record<string, number>; recharged: number }> {
    clearInterval(this.timer)
    await Promise.all(this.pending)
    this.wire.close()
    return { endings: this.endings, statuses: this.statuses, recharged: this.recharged }
  }

  private async sendOne(n: number): Promise<void> {
    const writes = n % WRITE_EVERY === 0
    const text = writes ? this.recharge : (this.reads[n % this.reads.length] ?? '')
    const { ending, status } = await this.wire.send(text, DEADLINE_MS)
    const name = ending === 'answered' && status !== 200 ? 'other' : ending
    this.endings[name] = (this.endings[name] ?? 0) + 1
    if (ending === 'answered') this.statuses[status] = (this.statuses[status] ?? 0) + 1
    if (writes && status === 200) this.recharged += 1
  }
}
