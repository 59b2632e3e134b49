/**
 * Any answer of the provider that is not about a charge. `code` is for the merchant's program, `detail` for its
 * engineers.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.name = 'Refusal'
    this.status = status
    this.code = code
  }
}
