/**
 * Batches work that is cheaper together: items that arrive for a lane while it works are handled as its next batch.
 * Never delays to fill a batch.
 */
export class Batches<Item, Result> {
  private readonly work: (lane: number, items: Item[]) => Promise<Result[]>
  private readonly max: number
  private readonly lanes = new Map<number, { item: Item; done: PromiseWithResolvers<Result> }[]>()

  /**
   * `work` gives one result for each item, in their order; when it throws, all of them have failed. `max`: items at a
   * time.
   */
  constructor(work: (lane: number, items: Item[]) => Promise<Result[]>, max: number) {
    this.work = work
    this.max = max
  }

  add(lane: number, item: Item): Promise<Result> {
    const done = Promise.withResolvers<Result>()
    const waiting = this.lanes.get(lane)
    if (waiting !== undefined) {
      waiting.push({ item, done })
    } else {
      this.lanes.set(lane, [{ item, done }])
      void this.serve(lane)
    }
    return done.promise
  }

  private async serve(lane: number): Promise<void> {
    const waiting = this.lanes.get(lane) ?? []
    while (waiting.length > 0) {
      const batch = waiting.splice(0, this.max)
      try {
        const results = await this.work(
          lane,
          batch.map(({ item }) => item),
        )
        for (const [i, { done }] of batch.entries()) done.resolve(results[i] as Result)
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    this.lanes.delete(lane)
  }
}
