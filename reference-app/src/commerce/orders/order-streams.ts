import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Subscriber } from '../../platform/database/notifications.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { LastChange, OrderChange } from './order.ts'
import type { OrderChangeStore } from './order-change-store.ts'
import { OrderStream } from './order-stream.ts'
import { StreamPlaces } from './stream-places.ts'

/** Before changes that could not be read are asked for again. Milliseconds. */
const RETRY_MS = 500

/**
 * All open streams of this instance. A notification, or a new connection after a lost one, makes it read what has
 * happened to the orders concerned: one query for all of them, however many streams there are and however many
 * notifications came while the last one ran.
 */
export class OrderStreams implements Subscriber {
  private readonly changes: OrderChangeStore
  private readonly open = new Map<number, Set<OrderStream>>()
  private readonly places = new StreamPlaces()
  private readonly toRead = new Set<number>()
  private reading = false
  private draining = false

  constructor(changes: OrderChangeStore) {
    this.changes = changes
  }

  /** Throws `too_many_streams`, or `not_ready` when this instance is being stopped. */
  requireRoom(): void {
    if (this.draining) throw new Problem('not_ready', 'It is being stopped.')
    this.places.requireRoom()
  }

  /** For one more stream of this order. Throws as `requireRoom`, or `stream_limit`. */
  requirePlace({ orderId, userId }: LastChange): void {
    this.requireRoom()
    this.places.requirePlace(orderId, userId)
  }

  /**
   * Begins with `last`, unless the client has `seen` it or earlier ones: then with what came after that. Throws as
   * `requirePlace`.
   */
  begin(response: ServerResponse, last: LastChange, seen: number | undefined): void {
    this.requireRoom()
    const leave = this.places.take(last.orderId, last.userId)
    const stream = new OrderStream(response, last.orderId, seen ?? 0)
    this.keep(stream, response, leave)
    if (seen === undefined) stream.send(last)
    this.read([stream.orderId]) // what came before it was kept here was told to nobody
  }

  notified(payload: string): void {
    this.read([Number(payload)])
  }

  connected(): void {
    this.read(this.open.keys())
  }

  /** Ends all streams and takes no more. */
  drain(): void {
    this.draining = true
    for (const streams of [...this.open.values()]) for (const stream of [...streams]) stream.end()
  }

  private keep(stream: OrderStream, response: ServerResponse, leave: () => void): void {
    const { orderId } = stream
    const streams = this.open.get(orderId) ?? new Set()
    this.open.set(orderId, streams.add(stream))
    response.once('close', () => {
      leave()
      streams.delete(stream)
      if (streams.size === 0 && this.open.get(orderId) === streams) this.open.delete(orderId)
    })
  }

  private read(orderIds: Iterable<number>): void {
    for (const orderId of orderIds) if (this.open.has(orderId)) this.toRead.add(orderId)
    if (!this.reading) void this.readAll()
  }

  private async readAll(): Promise<void> {
    this.reading = true
    while (this.toRead.size > 0) {
      const orderIds = [...this.toRead].filter((orderId) => this.open.has(orderId))
      this.toRead.clear()
      try {
        if (orderIds.length > 0) this.tell(await this.changes.since(orderIds.map((orderId) => this.seen(orderId))))
      } catch {
        // Postgres is in trouble, which others report: what is missing is asked for again.
        for (const orderId of orderIds) this.toRead.add(orderId)
        await pause(RETRY_MS, undefined, { ref: false })
      }
    }
    this.reading = false
  }

  /** The latest version that all open streams of the order have sent. */
  private seen(orderId: number): { orderId: number; version: number } {
    const versions = [...(this.open.get(orderId) ?? [])].map(({ version }) => version)
    return { orderId, version: Math.min(...versions) }
  }

  private tell(changes: OrderChange[]): void {
    for (const change of changes) for (const stream of this.open.get(change.orderId) ?? []) stream.send(change)
  }
}
