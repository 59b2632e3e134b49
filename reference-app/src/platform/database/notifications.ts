import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { toDatabaseError } from './errors.ts'

/** For each step: connecting, listening, a sign of life. As for every other connection. */
const LIMIT_MS = 2_000
/** A server that hangs sends nothing, as one where nothing happens: it is asked for a sign of life this often. */
const PING_EVERY_MS = 5_000
/** Between a lost connection and the next attempt. */
const RECONNECT_MS = 500

export interface NotificationsOptions {
  url: string
  /** Shown by the server with `/notifications` after it. */
  applicationName: string
  /** Once for each time that the connection is lost, or cannot be made. */
  onLost: (error: unknown) => void
}

export interface Subscriber {
  notified(payload: string): void
  /** Connected, for the first time or again: earlier notifications were missed, so subscribers must read again. */
  connected(): void
}

/** What Postgres tells this process by NOTIFY, on one connection of its own that is made again when it is lost. */
export class Notifications {
  private readonly options: NotificationsOptions
  private readonly subscribers = new Map<string, Subscriber>()
  private readonly end = new AbortController()
  private running: Promise<void> = Promise.resolve()

  constructor(options: NotificationsOptions) {
    this.options = options
  }

  /** Before `begin`. `channel`: a lower case SQL name, one subscriber each. */
  subscribe(channel: string, subscriber: Subscriber): void {
    this.subscribers.set(channel, subscriber)
  }

  begin(): void {
    this.running = this.run()
  }

  async close(): Promise<void> {
    this.end.abort()
    await this.running
  }

  private async run(): Promise<void> {
    let lost = false
    while (!this.end.signal.aborted) {
      try {
        await this.session(() => {
          lost = false
        })
      } catch (error) {
        if (!lost && !this.end.signal.aborted) this.options.onLost(toDatabaseError(error))
        lost = true
      }
      await this.rest(RECONNECT_MS)
    }
  }

  /** Ends with an error, or when this is closed. */
  private async session(onConnected: () => void): Promise<void> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: `${this.options.applicationName}/notifications`,
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: LIMIT_MS,
      keepAlive: true,
    })
    const broken = new AbortController()
    client.on('error', (error) => broken.abort(error))
    client.on('end', () => broken.abort(new Error('the connection was closed')))
    client.on('notification', ({ channel, payload }) => this.subscribers.get(channel)?.notified(payload ?? ''))
    try {
      await client.connect()
      for (const channel of this.subscribers.keys()) await client.query(`listen ${channel}`)
      onConnected()
      for (const subscriber of this.subscribers.values()) subscriber.connected()
      while (!this.end.signal.aborted) {
        await this.rest(PING_EVERY_MS, broken.signal)
        broken.signal.throwIfAborted()
        if (!this.end.signal.aborted) await client.query('select 1')
      }
    } finally {
      // With a time limit: a server that hangs does not answer the end of the connection either.
      await Promise.race([client.end().catch(() => undefined), pause(LIMIT_MS, undefined, { ref: false })])
    }
  }

  /** Shorter when this is closed, or `broken`. */
  private async rest(ms: number, broken?: AbortSignal): Promise<void> {
    const signals = broken === undefined ? [this.end.signal] : [this.end.signal, broken]
    await pause(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined) // it was cut short
  }
}
