import { Socket } from 'node:net'
import { Client, type QueryResultRow } from 'pg'
import { withTimeLimit } from '../time-limit.ts'
import { DatabaseUnavailableError, toDatabaseError } from './errors.ts'

/**
 * For everything that one call needs: its turn, a connection, the server's work. After a longer wait a responder would
 * take the operations plane for dead.
 */
const LIMIT_MS = 2_000

/** Suffix of the `application_name` of every such connection: ending sessions spares these. */
export const RESERVED_SUFFIX = '/operations'

export interface ReservedConnectionOptions {
  url: string
  /** Shown by the server with `/operations` after it. */
  applicationName: string
}

/** What may be asked within `ReservedConnection.transaction`. */
export interface ReservedTransaction {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
}

/**
 * One connection that no pool lends out, so that a pool without a free one cannot lock the responder out. Made at the
 * first call and again after it was lost; its users take turns. Each call ends within 2 s: with its rows, with the
 * server's complaint or with DatabaseUnavailableError.
 */
export class ReservedConnection implements ReservedTransaction {
  private readonly options: ReservedConnectionOptions
  private current: { client: Client; socket: Socket } | undefined
  private turns: Promise<void> = Promise.resolve()
  private closed = false

  constructor(options: ReservedConnectionOptions) {
    this.options = options
  }

  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return await this.inTurn(() => this.ask<Row>(text, values))
  }

  /**
   * Commits what `work` did or, when it throws or is late, nothing of it. `work` asks through its argument only:
   * anything else waits for it.
   */
  async transaction<T>(work: (transaction: ReservedTransaction) => Promise<T>): Promise<T> {
    return await this.inTurn(async () => {
      await this.ask('begin')
      const { current } = this
      // Work that continues after its time-out must not use the connection of a later call.
      const query = async <Row extends QueryResultRow>(text: string, values: unknown[] = []) => {
        if (this.current !== current) throw new DatabaseUnavailableError(new Error('the transaction is over'))
        return await this.ask<Row>(text, values)
      }
      try {
        const result = await work({ query })
        await query('commit')
        return result
      } catch (error) {
        await query('rollback').catch(() => undefined) // the connection is gone then, and the transaction with it
        throw error
      }
    })
  }

  /** After the call of now, and within 4 s, whatever the server does. Later calls are DatabaseUnavailableError. */
  async close(): Promise<void> {
    this.closed = true
    await this.turns
    const late = () => new Error('no answer to the goodbye')
    await withTimeLimit(this.current?.client.end() ?? Promise.resolve(), LIMIT_MS, late).catch(() => undefined)
    this.drop()
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.turns
    const over = Promise.withResolvers<void>()
    this.turns = before.then(() => over.promise)
    let late = false
    let mine = false
    const run = async () => {
      await before
      if (late) throw new DatabaseUnavailableError(new Error('its turn came too late'))
      mine = true
      return await work()
    }
    try {
      return await withTimeLimit(run(), LIMIT_MS, () => {
        late = true
        if (mine) this.drop()
        return new DatabaseUnavailableError(new Error(`no answer within ${LIMIT_MS} ms`))
      })
    } finally {
      over.resolve()
    }
  }

  private async ask<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const connected = this.connected()
    const { current } = this
    try {
      const client = await connected
      return (await client.query<Row>(text, values)).rows
    } catch (thrown) {
      const error = toDatabaseError(thrown)
      // A call that was given up ends here late, when the connection may be the new one of a later call.
      if (error instanceof DatabaseUnavailableError && this.current === current) this.drop()
      throw error
    }
  }

  private async connected(): Promise<Client> {
    if (this.closed) throw new Error('the connection was closed')
    if (this.current !== undefined) return this.current.client
    const socket = new Socket()
    const client = new Client({
      connectionString: this.options.url,
      application_name: `${this.options.applicationName}${RESERVED_SUFFIX}`,
      connectionTimeoutMillis: LIMIT_MS,
      statement_timeout: LIMIT_MS,
      idle_in_transaction_session_timeout: LIMIT_MS,
      keepAlive: true,
      stream: () => socket,
    })
    const connection = { client, socket }
    this.current = connection
    client.on('error', () => {
      if (this.current === connection) this.drop() // the call under way fails and says why
    })
    await client.connect()
    return client
  }

  /** At once, also when the server hangs: the server then ends the statement by itself. */
  private drop(): void {
    this.current?.socket.destroy()
    this.current = undefined
  }
}
