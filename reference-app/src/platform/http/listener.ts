import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createNetServer, Server as NetServer, type Socket } from 'node:net'
import type { UnreadableStatus } from '@drillbook/instrumentation'
import { Connections } from './connections.ts'
import { hasBody } from './once-received.ts'
import { Unreadable } from './unreadable.ts'

/**
 * Time for a client to send all headers: ours are one packet. Slowloris holds a connection for no longer. Milliseconds.
 */
const HEADERS_TIMEOUT_MS = 5_000
/** And for the whole request: 64 kB at most. Milliseconds. */
const RECEIVE_TIMEOUT_MS = 10_000
/** Interval at which the two limits are checked; Node's 30 s would turn 5 s into 35. Milliseconds. */
const TIMEOUT_CHECK_MS = 1_000
/**
 * A queue token, a key and what gateways add come to 2 kB; more than this many fields or bytes is answered 431 or cut
 * by Node.
 */
const MAX_HEADER_BYTES = 8 * 1024
const MAX_HEADERS = 100
/**
 * What an idle connection is promised (`Keep-Alive: timeout=4`). A client that reads that, or has a shorter time of its
 * own as nginx has (lab/nginx.conf), closes it before we do, so that no request is sent into a connection that is being
 * closed. Milliseconds.
 */
const KEEP_ALIVE_MS = 4_000
/** How much later we close it: for what was sent at the last moment and has not been read yet. Milliseconds. */
const KEEP_ALIVE_MARGIN_MS = 2_000
/**
 * Sockets that listen on the one port. Each accepts one connection in a turn of the event loop (libuv since 1.45), and
 * a turn is long when there is much to do: with one socket, requests on new connections wait in the kernel until their
 * callers give up, payments among them. Connections that nginx keeps do not help, because under overload it opens more:
 * at three times the load that an instance can carry, one socket answered 36 % of the payments through nginx
 * (`keepalive 128`) and 29 % directly, 32 answered 98 and 77 %. Elsewhere than on Linux a shared port does not share
 * the work, or is refused.
 */
const SHARED = process.platform === 'linux'
const SOCKETS = SHARED ? 32 : 1
/** Maximum drain time of the accept queue. Milliseconds. */
const ACCEPT_DRAIN_LIMIT_MS = 1_000

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface ListenerOptions {
  /** Called for each connection that is closed because its client does not read. */
  unread?: () => void
  /** Called for each answer to what could not be read as a request. */
  unreadable?: (status: UnreadableStatus) => void
  /** After so long without any progress. Milliseconds. */
  unreadMs?: number
}

/**
 * A bound HTTP server that can be stopped without cutting off a request. The order matters. First the instance reports
 * not ready, and serves as before (that is the caller's part). Then the listening sockets are closed, once their accept
 * queues are empty. Only then do answers say `connection: close`: earlier, the client would reconnect to this same
 * instance. Idle connections stay open until their keep-alive time is over, because a request may be on its way on each
 * of them.
 */
export class Listener {
  private readonly server: Server
  /** More listening sockets on the same port: the server handles what they accept. */
  private readonly extraSockets: NetServer[] = []
  private closing = false
  private accepted = 0
  private readonly underWay = new Set<ServerResponse>()
  private readonly connections: Connections

  private constructor(server: Server, { unread = () => {}, unreadMs }: ListenerOptions) {
    this.server = server
    this.connections = new Connections(unread, unreadMs)
  }

  /** Rejects when the port cannot be had. Port 0: any free one. */
  static async open(handler: Handler, host: string, port: number, options: ListenerOptions = {}): Promise<Listener> {
    const server = createServer({
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: RECEIVE_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutBuffer: KEEP_ALIVE_MARGIN_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false, // done by Unreadable
    })
    server.maxHeadersCount = MAX_HEADERS
    const listener = new Listener(server, options)
    server.on('connection', (socket) => {
      listener.accepted += 1
      listener.connections.keep(socket)
    })
    const isAnswering = (socket: Socket) =>
      [...listener.underWay].some(({ req, headersSent }) => req.socket === socket && headersSent)
    const unreadable = new Unreadable(server, isAnswering, options.unreadable ?? (() => {}))
    server.on('request', (request, response) => {
      if (!unreadable.takes(request, response)) return
      if (listener.closing) sayLast(response)
      listener.underWay.add(response)
      response.once('close', () => listener.underWay.delete(response))
      handler(request, response)
    })
    if (SHARED && port !== 0) await claim(host, port)
    await listening(server, host, port)
    while (listener.extraSockets.length < SOCKETS - 1) {
      const extra = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        server.emit('connection', socket),
      )
      listener.extraSockets.push(extra)
      await listening(extra, host, listener.port)
    }
    return listener
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /**
   * Accepts nothing new, waits for what is in flight and for connections that may still be used, and cuts what is left
   * after `limitMs`.
   */
  async close(limitMs: number): Promise<void> {
    const closed = Promise.all([this.server, ...this.extraSockets].map((socket) => once(socket, 'close')))
    await this.stopAccepting()
    this.closing = true
    for (const response of this.underWay) sayLast(response)
    const cut = setTimeout(() => this.server.closeAllConnections(), limitMs)
    await closed
    clearTimeout(cut)
    this.connections.close()
  }

  /**
   * Linux resets every connection that it has accepted for us and that we have not: so the listening sockets are closed
   * only after a whole turn of the event loop, in which each accepts one, found none. On a starved processor dozens
   * wait there.
   */
  private async stopAccepting(): Promise<void> {
    const limit = performance.now() + ACCEPT_DRAIN_LIMIT_MS
    let before: number
    do {
      await nextTurn()
      before = this.accepted
      await nextTurn()
    } while (this.accepted > before && performance.now() < limit)
    // Not this.server.close(): that destroys connections without a request, too, and with them what is on its way
    // there.
    for (const socket of [this.server, ...this.extraSockets]) NetServer.prototype.close.call(socket)
  }
}

/** Rejects when another process has the port: sockets that share it would not notice that. */
async function claim(host: string, port: number): Promise<void> {
  const server = createNetServer().listen(port, host)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

async function listening(server: NetServer, host: string, port: number): Promise<void> {
  server.listen({ port, host, reusePort: SHARED })
  await once(server, 'listening')
}

/**
 * Unless a part of its request is still to come: closing would reset the connection, answer and all. It ends when it
 * has been idle, instead.
 */
function sayLast(response: ServerResponse): void {
  const { req } = response
  if (!response.headersSent && (req.complete || !hasBody(req))) response.setHeader('connection', 'close')
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
