/** A request that the keeper does not follow: becomes a problem details answer (RFC 9457) with `code`. */
export class KeeperRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'KeeperRefusal'
    this.status = status
    this.code = code
  }
}
