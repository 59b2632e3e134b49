import { z } from 'zod'
import type { Action } from '../controls/action.ts'
import type { Database } from '../database/database.ts'
import { Problem } from '../problem/problem.ts'
import type { Answer } from './answer.ts'

/** Whether this process lives, and whether it should get traffic. Redis is no condition: reads go on without it. */
export class Health {
  private readonly database: Database
  private draining = false
  /** An operator keeps traffic away from it. */
  setAside = false

  constructor(database: Database) {
    this.database = database
  }

  /** From now on it is not ready, whatever operators say. */
  drain(): void {
    this.draining = true
  }

  alive(): Answer {
    return { status: 200, body: { status: 'alive' } }
  }

  /** Throws `not_ready`. */
  async ready(): Promise<Answer> {
    if (this.draining) throw new Problem('not_ready', 'It is being stopped.')
    if (this.setAside) throw new Problem('not_ready', 'An operator has set it aside.')
    try {
      await this.database.ping()
    } catch (error) {
      throw new Problem('not_ready', 'Postgres does not answer.', { cause: error })
    }
    return { status: 200, body: { status: 'ready' } }
  }
}

/** This instance only, and not after a restart: all instances must not drain together. */
export function drainAction(health: Health): Action<{ draining: boolean }> {
  return {
    method: 'PUT',
    path: '/drain',
    does: 'this instance alone is not ready, so that it gets no new requests; false: it is again',
    name: 'drain',
    body: z.strictObject({ draining: z.boolean() }),
    run: async ({ draining }) => {
      const before = health.setAside
      health.setAside = draining
      return { before, after: draining }
    },
  }
}
