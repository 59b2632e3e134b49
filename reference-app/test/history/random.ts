import { createHash } from 'node:crypto'

/** Numbers that depend on the seed and on nothing else (mulberry32). */
export class Random {
  private readonly seed: string
  private state: number

  constructor(seed: string) {
    this.seed = seed
    this.state = createHash('sha256').update(seed).digest().readUInt32LE()
  }

  /** Another stream, as independent of this one as if it had another seed. How much was drawn here does not matter. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`)
  }

  /** From 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Partial<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    throw new RangeError('no name has a weight')
  }
}
