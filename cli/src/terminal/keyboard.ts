import { StringDecoder } from 'node:string_decoder'
import { setImmediate as immediate } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'
import { own } from '@drillbook/content/text/printable'
import type { Stdio } from '../stdio.ts'
import { type Key, KeyReader } from './keys.ts'

/** Keys that come in bursts faster than this are not a person's who has read the question. */
const SILENCE_MS = 150
/**
 * Between two answers: a key that is held down repeats after up to 660 ms (the X server's default, the longest known).
 */
const BETWEEN_ANSWERS_MS = 700
/**
 * An Escape followed by nothing for so long is the key itself; a slow line sends a sequence in one packet all the same.
 */
const ESCAPE_MS = 100

const PASTE_ON = own('\u001b[?2004h')
const PASTE_OFF = own('\u001b[?2004l')

let answeredAt = Number.NEGATIVE_INFINITY

/**
 * The keyboard while a question is open: every key comes at once, without echo, and a paste as one. Closing it, or the
 * end of the process, gives the terminal back as it was. Needs a terminal on stdin (`stdio.interactive`).
 */
export class Keyboard implements Disposable {
  readonly #reader = new KeyReader()
  readonly #decoder = new StringDecoder('utf8')
  readonly #stdio: Stdio
  readonly #arrived: Key[][] = []
  #ended = false
  #continued = false
  #wake: () => void = () => {}

  constructor(stdio: Stdio) {
    this.#stdio = stdio
    process.stdin.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onEnd)
    process.on('exit', this.#restore).on('SIGCONT', this.#onContinue)
    stdio.signal.addEventListener('abort', this.#onEnd)
    this.#take()
    process.stdin.resume()
  }

  /**
   * Throws away what was typed before, also what the terminal still holds, until it has been silent for a while: keys
   * pressed while something else was on the screen answer nothing. Ctrl-C counts always.
   */
  async settle(): Promise<void> {
    let silentSince = performance.now()
    for (;;) {
      if (this.#continued) silentSince = performance.now()
      this.#continued = false
      const waitMs = Math.max(silentSince + SILENCE_MS, answeredAt + BETWEEN_ANSWERS_MS) - performance.now()
      if (waitMs <= 0) {
        this.#reader.giveUp()
        await immediate() // what the terminal holds is read before this, also when the process was busy for long
        if (this.#arrived.length === 0 && !this.#reader.unfinished) return // else a paste is still coming in
      }
      if ((await this.#nextWithin(Math.max(waitMs, 1))) !== undefined) silentSince = performance.now()
    }
  }

  /**
   * All keys that came at once: usually one. Undefined: the process was stopped, and goes on; the question has to be asked
   * again. Throws `interrupted` on Ctrl-C, when the signal aborts or the terminal is gone.
   */
  async next(): Promise<Key[] | undefined> {
    for (;;) {
      const keys = await this.#nextWithin(this.#reader.unfinished ? ESCAPE_MS : undefined)
      if (this.#continued) return undefined
      if (keys !== undefined) return keys
      const rest = this.#reader.giveUp()
      if (rest.length > 0) return rest
    }
  }

  /** The question is answered: the next one cannot be for a moment. */
  answered(): void {
    answeredAt = performance.now()
  }

  [Symbol.dispose](): void {
    process.stdin.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onEnd)
    process.off('exit', this.#restore).off('SIGCONT', this.#onContinue)
    this.#stdio.signal.removeEventListener('abort', this.#onEnd)
    process.stdin.pause()
    this.#restore()
  }

  #take(): void {
    process.stdin.setRawMode(true)
    if (this.#marksPastes()) this.#stdio.err(PASTE_ON)
  }

  /** Ctrl-Z from elsewhere, and `fg`: the shell has set the terminal for itself, which Node does not know. */
  #onContinue = (): void => {
    process.stdin.setRawMode(false)
    this.#take()
    this.#continued = true
    this.#wake()
  }

  #restore = (): void => {
    if (this.#marksPastes()) this.#stdio.err(PASTE_OFF)
    process.stdin.setRawMode(false)
  }

  #marksPastes(): boolean {
    return this.#stdio.env.TERM !== 'dumb'
  }

  #onData = (bytes: Buffer): void => {
    this.#arrived.push(this.#reader.read(this.#decoder.write(bytes)))
    this.#wake()
  }

  #onEnd = (): void => {
    this.#ended = true
    this.#wake()
  }

  /** Undefined: nothing came. An empty list: something did, but no whole key yet. */
  async #nextWithin(limitMs: number | undefined): Promise<Key[] | undefined> {
    if (this.#arrived.length === 0 && !this.#continued && !this.#ended && !this.#stdio.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = limitMs === undefined ? undefined : setTimeout(resolve, limitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    const keys = this.#arrived.shift()
    if (this.#ended || this.#stdio.signal.aborted || keys?.some((key) => key.type === 'interrupt')) {
      throw new CliError('interrupted', 'interrupted')
    }
    return keys
  }
}
