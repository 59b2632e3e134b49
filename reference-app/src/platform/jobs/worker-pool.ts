export interface WorkerPoolOptions<Item> {
  /** Items that are worked on at a time in this process. */
  size: number
  /** Claims at most so many: no other process works on them until the claim lapses. */
  claim: (limit: number) => Promise<Item[]>
  /** Never rejects: what goes wrong with one item is written down where the item is. */
  handle: (item: Item) => Promise<void>
  /** There is probably more to claim, and room for it. */
  onMore: () => void
}

/** Works on claimed items concurrently: a slow one occupies one slot and delays no other. */
export class WorkerPool<Item> {
  private readonly options: WorkerPoolOptions<Item>
  private readonly underWay = new Set<Promise<void>>()
  private more = false

  constructor(options: WorkerPoolOptions<Item>) {
    this.options = options
  }

  /**
   * Fills the free places and does not wait for what they do. One call at a time, as a job makes them. Rejects when
   * nothing can be claimed.
   */
  async work(): Promise<void> {
    const free = this.options.size - this.underWay.size
    if (free === 0) {
      this.more = true
      return
    }
    const items = await this.options.claim(free)
    this.more = items.length === free
    for (const item of items) this.begin(item)
  }

  /** Resolves when nothing is being worked on. */
  async drained(): Promise<void> {
    await Promise.all(this.underWay)
  }

  private begin(item: Item): void {
    const work = this.options.handle(item).finally(() => {
      this.underWay.delete(work)
      if (!this.more) return
      this.more = false
      this.options.onMore()
    })
    this.underWay.add(work)
  }
}
