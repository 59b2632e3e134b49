import { type Ground, startGround } from './ground.ts'

type Settled<Result> = { result: Result } | { error: unknown }

/** Runs of which at most two go on at once, in order, each lane on a ground of its own. */
export class Lanes<Result> {
  private readonly waiting: { name: string; work: (ground: Ground) => Promise<Result> }[] = []
  private readonly settled = new Map<string, PromiseWithResolvers<Settled<Result>>>()
  private lanes: Promise<void>[] = []

  add(name: string, work: (ground: Ground) => Promise<Result>): void {
    this.waiting.push({ name, work })
    this.settled.set(name, Promise.withResolvers())
  }

  begin(): void {
    this.lanes = [this.lane(), this.lane()]
  }

  /** As `work` ended. */
  async outcome(name: string): Promise<Result> {
    const settled = await this.settled.get(name)?.promise
    if (settled === undefined) throw new RangeError(`there is no run ${name}`)
    if ('error' in settled) throw settled.error
    return settled.result
  }

  /** What has not begun never will. */
  async end(): Promise<void> {
    this.waiting.length = 0
    await Promise.all(this.lanes)
  }

  private async lane(): Promise<void> {
    const ground = await startGround()
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const { name, work } = next
      const settled = await work(ground).then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      )
      this.settled.get(name)?.resolve(settled)
    }
    await ground.remove()
  }
}
