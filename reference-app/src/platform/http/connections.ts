import type { Socket } from 'node:net'

/**
 * A client that reads nothing of its answer for so long is gone or hostile. nginx and Apache wait a minute; shorter
 * here: what we answer is small, and a connection that hangs on a telephone's change of network is back within seconds.
 * Milliseconds.
 */
const UNREAD_MS = 30_000
/**
 * Number of checks in that time: a pause of the process counts as one check, however long it is, so that no client is
 * cut off that could not be served.
 */
const CHECKS = 30

/** What is known of how a client reads. */
interface Reader {
  /** Bytes that the kernel has taken for it, ever. */
  taken: number
  /** In a row, without any more taken while some waited. */
  checks: number
}

/**
 * Of libuv, and by public names only to be had for whole writes, of which one may be an answer of 100 kB. Node's own
 * `socket.setTimeout` reads it, too.
 */
interface Handle {
  bytesWritten: number
  writeQueueSize: number
}

/**
 * The connections of a server: it closes those whose clients do not read, however they keep the connection alive
 * otherwise.
 */
export class Connections {
  private readonly readers = new Map<Socket, Reader>()
  private readonly checking: NodeJS.Timeout

  /** `unread`: called for each that is closed. */
  constructor(unread: () => void, unreadMs: number = UNREAD_MS) {
    this.checking = setInterval(() => {
      for (const [socket, reader] of this.readers) if (!stillReads(socket, reader)) giveUp(socket, unread)
    }, unreadMs / CHECKS)
    this.checking.unref()
  }

  keep(socket: Socket): void {
    this.readers.set(socket, { taken: 0, checks: 0 })
    socket.once('close', () => this.readers.delete(socket))
  }

  /** Stops checking for clients that do not read. */
  close(): void {
    clearInterval(this.checking)
  }
}

function stillReads(socket: Socket, reader: Reader): boolean {
  const { _handle: handle } = socket as unknown as { _handle: Handle | null }
  if (handle === null || socket.writableLength === 0) {
    reader.checks = 0
    return true
  }
  const taken = handle.bytesWritten - handle.writeQueueSize
  reader.checks = taken === reader.taken ? reader.checks + 1 : 0
  reader.taken = taken
  return reader.checks < CHECKS
}

/** With a reset: else the kernel keeps what was not read, some megabytes, until it gives up, too. */
function giveUp(socket: Socket, unread: () => void): void {
  unread()
  socket.resetAndDestroy()
}
