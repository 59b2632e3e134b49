import type { ServerResponse } from 'node:http'
import type { OrderChange } from './order.ts'
import { isFinal } from './order-status.ts'

/** Proxies and browsers give up on a silent connection after 30 to 60 s. Milliseconds. */
const HEARTBEAT_MS = 15_000
/** Maximum lifetime of a stream; a client that still wants it reconnects with Last-Event-ID. Milliseconds. */
const MAX_AGE_MS = 15 * 60_000
/** When a client comes back after the end of a stream that had not reached a final status. Milliseconds. */
const RETRY_MS = 2_000

export const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no', // nginx would keep events until its buffer is full
}

/** Server-sent events of one order for one client: each change once, in order, until the last. */
export class OrderStream {
  readonly orderId: number
  /** The last that was sent. */
  version: number
  private readonly response: ServerResponse
  private readonly heartbeat: NodeJS.Timeout
  private readonly limit: NodeJS.Timeout

  /** Writes the headers. `seen`: the version that the client knows; 0: none. */
  constructor(response: ServerResponse, orderId: number, seen: number) {
    this.response = response
    this.orderId = orderId
    this.version = seen
    response.writeHead(200, EVENT_STREAM)
    response.write(`retry: ${RETRY_MS}\n\n`)
    this.heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
    this.limit = setTimeout(() => this.end(), MAX_AGE_MS)
    response.once('close', () => this.stop())
  }

  /** Unless the client has it. The last change ends the stream. */
  send({ version, status, reason, at }: OrderChange): void {
    if (version <= this.version || this.response.writableEnded) return
    this.version = version
    this.response.write(`id: ${version}\nevent: order\ndata: ${JSON.stringify({ status, reason, at })}\n\n`)
    if (isFinal(status)) this.end()
  }

  end(): void {
    this.stop()
    this.response.end()
  }

  private stop(): void {
    clearInterval(this.heartbeat)
    clearTimeout(this.limit)
  }
}
