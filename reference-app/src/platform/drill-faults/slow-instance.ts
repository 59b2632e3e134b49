import type { IncomingMessage, ServerResponse } from 'node:http'
import { gauge, type MetricsRegistry } from '@drillbook/instrumentation'
import { z } from 'zod'
import type { Action } from '../controls/action.ts'

/** Below the 10 s for which callers wait, so that they are served late instead of not at all. Milliseconds. */
const MAX_DELAY_MS = 8_000

/**
 * Lets every request to this instance wait before it is worked on. Nothing else shows what is wrong, and a restart ends
 * it.
 */
export class SlowInstance {
  delayMs = 0

  constructor(registry: MetricsRegistry) {
    const seconds = () => this.delayMs / 1_000
    gauge(registry, {
      name: 'drill_delay_seconds',
      help: 'How long a drill lets each request to this instance wait',
      collect() {
        this.set(seconds())
      },
    })
  }

  /** Express middleware, to be mounted after the one that times requests. */
  readonly middleware = (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const goOn = () => {
      if (!response.destroyed) next()
    }
    if (this.delayMs === 0) goOn()
    else setTimeout(goOn, this.delayMs)
  }
}

/** This instance only, and not for its next life. */
export function delayAction(slow: SlowInstance): Action<{ delayMs: number }> {
  return {
    method: 'PUT',
    path: '/drills/delay',
    does: 'each request to this instance alone waits for so long; 0 ends it, as a restart does',
    name: 'drills.delay',
    body: z.strictObject({ delayMs: z.number().int().min(0).max(MAX_DELAY_MS) }),
    run: async ({ delayMs }) => {
      const before = slow.delayMs
      slow.delayMs = delayMs
      return { before, after: delayMs }
    },
  }
}
