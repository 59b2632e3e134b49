import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Time for a client to send its whole request: our requests are one packet. Milliseconds. */
const RECEIVE_TIMEOUT_MS = 10_000
/** Above the keep-alive of a proxy in front (nginx: 60 s), so that it is never we who close a connection that it is about to use. */
const KEEP_ALIVE_MS = 65_000

/** A bound HTTP server that can be stopped without cutting anybody off. */
export class Listener {
  private readonly server: Server
  private draining = false
  private readonly underWay = new Set<ServerResponse>()

  private constructor(server: Server) {
    this.server = server
  }

  /** Rejects when the port cannot be had. Port 0: any free one. */
  static async open(
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    host: string,
    port: number,
  ): Promise<Listener> {
    const server = createServer({ requestTimeout: RECEIVE_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS })
    const listener = new Listener(server)
    server.on('request', (request, response) => {
      if (listener.draining) response.setHeader('connection', 'close')
      listener.underWay.add(response)
      response.once('close', () => listener.underWay.delete(response))
      handler(request, response)
    })
    server.listen(port, host)
    await once(server, 'listening')
    return listener
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** From now on each answer tells its client to open its next connection elsewhere. */
  drain(): void {
    this.draining = true
    for (const response of this.underWay) if (!response.headersSent) response.setHeader('connection', 'close')
  }

  /** Accepts nothing new, waits for what is in flight, and cuts what is left after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.drain()
    const closed = once(this.server, 'close')
    this.server.close()
    const cut = setTimeout(() => this.server.closeAllConnections(), limitMs)
    await closed
    clearTimeout(cut)
  }
}
