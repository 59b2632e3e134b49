import type { Charge } from './charge.ts'
import type { ChargeFile } from './charge-file.ts'

/** What is decided about a key. */
export type Decision = Pick<Charge, 'key' | 'status' | 'amount' | 'reference' | 'reason'>

/** Every key and its charge. The first decision about a key stands, whatever later requests ask for. */
export class Charges {
  private readonly file: ChargeFile
  private readonly onLost: (error: unknown) => void
  private readonly all: Charge[] = []
  private readonly byKey = new Map<string, { charge: Charge; written: Promise<void> }>()

  /** `onLost`: a charge could not be written down. The owner must end the process: its memory differs from the disk. */
  constructor(file: ChargeFile, onLost: (error: unknown) => void) {
    this.file = file
    this.onLost = onLost
    for (const charge of file.charges) this.remember(charge, Promise.resolve())
  }

  /** Undefined: nothing was decided. Resolves when it is on disk. */
  async find(key: string): Promise<Charge | undefined> {
    const known = this.byKey.get(key)
    await known?.written
    return known?.charge
  }

  /** What stands now: this decision, or an earlier one. Resolves when it is on disk. */
  async decide(decision: Decision): Promise<{ charge: Charge; isNew: boolean }> {
    const known = this.byKey.get(decision.key)
    if (known === undefined) {
      const charge: Charge = { sequence: this.all.length + 1, ...decision, at: new Date().toISOString() }
      const written = this.file.append(charge)
      written.catch(this.onLost)
      this.remember(charge, written)
      await written
      return { charge, isNew: true }
    }
    await known.written
    return { charge: known.charge, isNew: false }
  }

  /** In the order in which they were decided; those that are on their way to the disk, too. */
  after(sequence: number, limit: number): Charge[] {
    return this.all.slice(sequence, sequence + limit)
  }

  private remember(charge: Charge, written: Promise<void>): void {
    this.all.push(charge)
    this.byKey.set(charge.key, { charge, written })
  }
}
