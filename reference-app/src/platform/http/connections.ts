import type { Socket } from 'node:net'

/**
 * A client that takes nothing of what waits for it for so long has gone, or means no good. As nginx and Apache have it,
 * a minute, but shorter: what we answer is small, and a connection that hangs on a telephone's change of network is
 * back within seconds. Milliseconds.
 */
const UNREAD_MS = 30_000
/**
 * In how many checks: a pause of the process counts as one check, however long it is, so that no client is cut off that
 * could not be served.
 */
const LOOKS = 30

/** What is known of how a client reads. */
interface Reader {
  /** Bytes that the kernel has taken for it, ever. */
  taken: number
  /** In a row, without any more taken while some waited. */
  looks: number
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
 * The connections of a server: it gives up those whose clients do not read, however they keep the connection alive
 * otherwise.
 */
export class Connections {
  private readonly readers = new Map<Socket, Reader>()
  private readonly looking: NodeJS.Timeout

  /** `unread`: called for each that is given up. */
  constructor(unread: () => void, unreadMs: number = UNREAD_MS) {
    this.looking = setInterval(() => {
      for (const [socket, reader] of this.readers) if (!stillReads(socket, reader)) giveUp(socket, unread)
    }, unreadMs / LOOKS)
    this.looking.unref()
  }

  keep(socket: Socket): void {
    this.readers.set(socket, { taken: 0, looks: 0 })
    socket.once('close', () => this.readers.delete(socket))
  }

  /** Stops closing idle connections. */
  close(): void {
    clearInterval(this.looking)
  }
}

function stillReads(socket: Socket, reader: Reader): boolean {
  const { _handle: handle } = socket as unknown as { _handle: Handle | null }
  if (handle === null || socket.writableLength === 0) {
    reader.looks = 0
    return true
  }
  const taken = handle.bytesWritten - handle.writeQueueSize
  reader.looks = taken === reader.taken ? reader.looks + 1 : 0
  reader.taken = taken
  return reader.looks < LOOKS
}

/** With a reset: else the kernel keeps what was not read, some megabytes, until it gives up, too. */
function giveUp(socket: Socket, unread: () => void): void {
  unread()
  socket.resetAndDestroy()
}
