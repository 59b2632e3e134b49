import { connect, type Socket } from 'node:net'

/**
 * How a request ended, as its sender saw it. `refused`: no connection, so nothing was sent. `reset`: the connection was reset, before or after some
 * of the answer. `hung_up`: it was closed in order, but without a whole answer. `late`: no whole answer within the deadline.
 */
export type Ending = 'answered' | 'refused' | 'reset' | 'hung_up' | 'late'

export interface Sent {
  ending: Ending
  /** 0 without an answer. */
  status: number
  durationMs: number
}

interface Line {
  socket: Socket
  /** Told of the end of what is under way; undefined: idle. */
  done: ((ending: Ending, status: number) => void) | undefined
  received: string
}

const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i
const CLOSE = /\r\nconnection: close/i
const CHUNKED = /\r\ntransfer-encoding: chunked/i

/**
 * The simplest client of HTTP/1.1 with kept connections: one request at a time on each, as many connections as are needed. It retries nothing, so
 * that whatever a server does to a connection is seen. Costs a fifth of what the usual clients do.
 */
export class Wire {
  /** Idle ones, the last used first: what is not needed goes out of use, as with any client. */
  private readonly idle: Line[] = []
  private readonly lines = new Set<Line>()
  private readonly port: number
  private readonly keepMs: number
  private readonly most: number
  private readonly queueMs: number
  /** What waits for a connection, first come first served. */
  private readonly waiting = new Set<(line: Line) => void>()

  /**
   * `keepMs`: an idle connection is given up by this client after so long. `most`: no more connections; requests wait for one, `queueMs` at most,
   * and are `late` then.
   */
  constructor(port: number, { keepMs = 3_000, most = Number.POSITIVE_INFINITY, queueMs = 0 } = {}) {
    this.queueMs = queueMs
    this.port = port
    this.keepMs = keepMs
    this.most = most
  }

  /** Never rejects. `text`: the whole request, as it goes over the wire. */
  send(text: string, deadlineMs: number): Promise<Sent> {
    return new Promise((resolve) => {
      const startedAt = performance.now()
      let deadline: NodeJS.Timeout | undefined
      const done = (ending: Ending, status: number) => {
        clearTimeout(deadline)
        resolve({ ending, status, durationMs: performance.now() - startedAt })
      }
      const use = (line: Line) => {
        this.waiting.delete(use)
        clearTimeout(deadline)
        deadline = setTimeout(
          () => this.end(line, 'late', 0),
          Math.max(1, deadlineMs - (performance.now() - startedAt)),
        )
        line.done = done
        line.socket.setTimeout(0)
        line.socket.write(text)
      }
      const free = this.idle.pop()
      if (free !== undefined) use(free)
      else if (this.lines.size < this.most) use(this.open())
      else {
        this.waiting.add(use)
        deadline = setTimeout(() => {
          this.waiting.delete(use)
          done('late', 0)
        }, this.queueMs)
      }
    })
  }

  close(): void {
    for (const { socket } of this.lines) socket.destroy()
  }

  private open(): Line {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    const line: Line = { socket, done: undefined, received: '' }
    this.lines.add(line)
    let connected = false
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      connected = true
    })
    socket.on('data', (text: string) => this.receive(line, text))
    socket.on('end', () => this.end(line, 'hung_up', 0))
    socket.on('timeout', () => this.end(line, 'hung_up', 0))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end(line, connected || error.code !== 'ECONNREFUSED' ? 'reset' : 'refused', 0)
    })
    return line
  }

  private receive(line: Line, text: string): void {
    line.received += text
    const head = line.received.indexOf('\r\n\r\n')
    if (head === -1) return
    const headers = line.received.slice(0, head)
    const status = Number(headers.slice(9, 12))
    const length = Number(CONTENT_LENGTH.exec(headers)?.[1] ?? 0)
    const whole = CHUNKED.test(headers)
      ? line.received.endsWith('0\r\n\r\n')
      : line.received.length >= head + 4 + length
    if (!whole) return
    line.received = ''
    if (CLOSE.test(headers)) {
      this.end(line, 'answered', status)
      return
    }
    const { done } = line
    line.done = undefined
    const [waiting] = this.waiting
    if (waiting === undefined) {
      this.idle.push(line)
      line.socket.setTimeout(this.keepMs)
    } else waiting(line)
    done?.('answered', status)
  }

  /** Of this connection; its request, if there is one, ended so. */
  private end(line: Line, ending: Ending, status: number): void {
    const { done } = line
    line.done = undefined
    const at = this.idle.indexOf(line)
    if (at !== -1) this.idle.splice(at, 1)
    this.lines.delete(line)
    line.socket.destroy()
    const [waiting] = this.waiting
    if (waiting !== undefined) waiting(this.open())
    done?.(ending, status)
  }
}

/** A request as text. `json`: becomes the body. */
export function requestText(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  json?: unknown,
): string {
  const body = json === undefined ? '' : JSON.stringify(json)
  const all = { host: 'bench', ...headers, ...(json === undefined ? {} : { 'content-length': String(body.length) }) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
