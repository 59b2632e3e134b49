import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { UnreadableStatus } from '@drillbook/instrumentation'
import { hasBody } from './once-received.ts'

type Told = (status: UnreadableStatus) => void

/**
 * Answers what cannot be read as a request, as Node does when it is left to it, and tells of each once: Node tells
 * nobody. A request that had begun and goes wrong in its body is not told of, because it has an outcome of its own; nor
 * is a connection on which nothing came at all.
 */
export class Unreadable {
  private readonly told: Told
  private readonly receiving = new WeakMap<Socket, ServerResponse>()

  /**
   * `isAnswering`: whether an answer has begun on this connection and has not ended; another one must not be written
   * into it.
   */
  constructor(server: Server, isAnswering: (socket: Socket) => boolean, told: Told) {
    this.told = told
    server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
      const request = this.receiving.get(socket)
      const begun = request !== undefined && !request.req.complete
      const mute = begun ? request.headersSent : isAnswering(socket)
      if (socket.writable && !mute) {
        const status = statusOf(error.code)
        socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
        if (!begun && socket.bytesRead > 0 && status !== 413) told(status)
      }
      socket.destroy(error)
    })
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      this.began(request, response)
      response.writeHead(417).end()
      told(417)
    })
  }

  /** To be called with each request. False: it has been refused here. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    this.began(request, response)
    // RFC 9112, 3.2. Node does it too, but unseen.
    if (request.headers.host !== undefined || request.httpVersion !== '1.1') return true
    response.writeHead(400, { connection: 'close' }).end()
    this.told(400)
    return false
  }

  private began(request: IncomingMessage, response: ServerResponse): void {
    if (!hasBody(request)) return
    const { socket } = request
    this.receiving.set(socket, response)
    request.once('close', () => {
      if (this.receiving.get(socket) === response) this.receiving.delete(socket)
    })
  }
}

/** As Node has it. 413 is for chunks, so never without a request. */
function statusOf(code: string | undefined): UnreadableStatus | 413 {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}
