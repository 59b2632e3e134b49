/** Runs one after the other what must not overlap, in the order of asking. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work)
    this.last = result.catch(() => undefined) // its caller hears of it
    return result
  }
}
