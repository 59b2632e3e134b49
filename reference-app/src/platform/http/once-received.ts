import type { IncomingMessage } from 'node:http'

/** Whether there is more to a request than its headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/**
 * Calls back when all of the request is here and was read: at once without a body, never when the client does not send
 * it all or it is not read.
 */
export function onceReceived(request: IncomingMessage, received: () => void): void {
  if (hasBody(request)) request.once('end', received)
  else received()
}
