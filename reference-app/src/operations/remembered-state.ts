import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { DesiredState } from './desired-state.ts'

const remembered = z.object({
  version: z.int(),
  settings: z.record(
    z.string(),
    z.object({
      value: z.unknown(),
      version: z.int(),
      change: z.string(),
      actor: z.string(),
      instance: z.string(),
      at: z.string(),
    }),
  ),
})

/**
 * The last desired state that processes of this instance have seen, in a file: for one that starts while Postgres does
 * not answer.
 */
export class RememberedState {
  private readonly file: string
  private version: number | undefined

  constructor(file: string) {
    this.file = file
  }

  /** Never rejects: on a full disk the next process reads the previous state. */
  async keep(state: DesiredState): Promise<void> {
    if (state.version === this.version) return
    const draft = `${this.file}.${process.pid}`
    try {
      await writeFile(draft, JSON.stringify(state), { mode: 0o600 })
      await rename(draft, this.file)
      this.version = state.version
    } catch {
      // tried again with the next exchange
    }
  }

  /** Undefined: nothing, or nothing that can be read. */
  async last(): Promise<DesiredState | undefined> {
    try {
      return remembered.parse(JSON.parse(await readFile(this.file, 'utf8')))
    } catch {
      return undefined // as on the first day
    }
  }
}
