import { messageOf } from '@drillbook/content/errors'
import type { KeeperClient } from '../keeper/client.ts'
import { KeeperRefusedError } from '../keeper/client.ts'
import type { Session } from '../keeper/session.ts'

/** A third of the lease: two renewals may be lost. */
const RENEWALS_PER_LEASE = 3

/** Renews a keeper's session in the background until it is stopped. A keeper that restarts in between is waited for. */
export class Lease {
  readonly session: Session
  private readonly keeper: KeeperClient
  private readonly timer: NodeJS.Timeout
  private renewing = false
  private lostBecause: string | undefined

  constructor(keeper: KeeperClient, session: Session) {
    this.keeper = keeper
    this.session = session
    this.timer = setInterval(() => void this.renew(), (session.leaseSeconds * 1000) / RENEWALS_PER_LEASE)
  }

  /** Why the keeper has undone the session without being asked; undefined while all is well. */
  get lost(): string | undefined {
    return this.lostBecause
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private async renew(): Promise<void> {
    if (this.renewing || this.lostBecause !== undefined) return
    this.renewing = true
    try {
      const { leaseUntil } = await this.keeper.renew(this.session.id)
      this.session.leaseUntil = leaseUntil
    } catch (error) {
      if (error instanceof KeeperRefusedError) this.lostBecause = error.message
      else if (Date.now() > Date.parse(this.session.leaseUntil)) this.lostBecause = messageOf(error)
    } finally {
      this.renewing = false
    }
  }
}
