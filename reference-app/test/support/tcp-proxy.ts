import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between a client and a server and can be a bad network. */
export class TcpProxy {
  private readonly server: Server
  private readonly pairs = new Set<[Socket, Socket]>()
  private delayMs = 0
  private resetting = false

  private targetPort: number

  private constructor(targetPort: number) {
    this.targetPort = targetPort
    this.server = createServer((client) => this.accept(client))
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort)
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Each reply comes this much later, in order. */
  slow(delayMs: number): void {
    this.delayMs = delayMs
  }

  /** Every connection, old and new, is reset. */
  reset(): void {
    this.resetting = true
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy()
  }

  /** From now on another server is there; the connections of now are closed. */
  lead(targetPort: number): void {
    this.targetPort = targetPort
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
  }

  /** The connections of now go silent for ever, as when a host vanishes; new ones are fine. */
  vanish(): void {
    for (const pair of this.pairs) {
      for (const socket of pair) socket.removeAllListeners('data').resume()
    }
  }

  heal(): void {
    this.delayMs = 0
    this.resetting = false
  }

  async close(): Promise<void> {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  private accept(client: Socket): void {
    if (this.resetting) {
      client.resetAndDestroy()
      return
    }
    const server = connect(this.targetPort, '127.0.0.1')
    const pair: [Socket, Socket] = [client, server]
    this.pairs.add(pair)
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // a reset is what we are here for
      socket.on('close', () => {
        this.pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
    client.on('data', (chunk) => server.write(chunk))
    let releaseAt = 0
    const waiting: Buffer[] = []
    server.on('data', (chunk) => {
      waiting.push(chunk)
      releaseAt = Math.max(releaseAt, performance.now() + this.delayMs)
      // In order, also when it becomes fast again: whichever of two timers comes first, it releases what came first.
      setTimeout(() => client.write(waiting.shift() ?? ''), Math.max(0, Math.ceil(releaseAt - performance.now())))
    })
  }
}
