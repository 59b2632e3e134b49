/** Coalesces work by key: calls made while it runs share its result or its failure. */
export class SingleFlight {
  private readonly flights = new Map<string, Promise<unknown>>()

  /** `work` for one key must always give the same type. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const flight = this.flights.get(key)
    if (flight !== undefined) return flight as Promise<T>
    const started = work().finally(() => this.flights.delete(key))
    this.flights.set(key, started)
    return started
  }
}
