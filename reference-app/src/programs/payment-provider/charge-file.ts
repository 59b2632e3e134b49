import { closeSync, existsSync, fdatasync, ftruncateSync, openSync, readFileSync, write } from 'node:fs'
import { promisify } from 'node:util'
import type { Charge } from './charge.ts'

const writeTo = promisify(write)
const sync = promisify(fdatasync)

/** The charges on disk. What `append` has resolved for survives the end of the process and of the machine. */
export class ChargeFile {
  /** What was on disk at the start, in order. */
  readonly charges: Charge[]
  private readonly file: number
  private waiting: { text: string; done: PromiseWithResolvers<void> }[] = []
  private writing: Promise<void> | undefined

  /** Throws when the file cannot be read, or holds something else than charges. */
  constructor(path: string) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    this.charges = whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Charge]))
    this.file = openSync(path, 'a', 0o600)
    // A line without its end was being written when the process died: it was never acknowledged.
    if (whole.length < text.length) ftruncateSync(this.file, Buffer.byteLength(whole))
  }

  /**
   * All that arrive while one write is under way share the next, so the disk sets the pace and not the number of
   * requests.
   */
  async append(charge: Charge): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.waiting.push({ text: `${JSON.stringify(charge)}\n`, done })
    this.writing ??= this.writeWaiting()
    await done.promise
  }

  /** After the last `append`: resolves when all of them are on disk. */
  async close(): Promise<void> {
    await this.writing
    closeSync(this.file)
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting
      this.waiting = []
      try {
        await this.writeWhole(Buffer.from(batch.map(({ text }) => text).join('')))
        await sync(this.file)
        for (const { done } of batch) done.resolve()
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    this.writing = undefined
  }

  private async writeWhole(bytes: Buffer): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      offset += (await writeTo(this.file, bytes, offset)).bytesWritten
    }
  }
}
