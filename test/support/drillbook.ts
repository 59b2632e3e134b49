import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Journal } from '../../cli/src/drill/journal.ts'
import { courseOf, troublesOf } from './story.ts'

const CHECKOUT = resolve(import.meta.dirname, '../..')

/** How a command ended and what it printed. */
export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

/** A command that is running. */
export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** Resolves when stderr holds the text; rejects when the command ends without it. */
  says(text: string): Promise<void>
}

/**
 * A drillbook of its own: a copy of the content, with records and lab apart from the checkout's and from other tests'.
 * Change the copy to plant mistakes.
 */
export class Drillbook {
  readonly dir: string
  private readonly portOffset: number
  private readonly running = new Set<Running>()
  /** The last command and what it said, as much as it has said. */
  private last = () => ''

  constructor(portOffset: number) {
    this.dir = mkdtempSync('/var/tmp/drillbook-test-')
    chmodSync(this.dir, 0o711) // Postgres runs as another user when root runs the lab
    this.portOffset = portOffset
    for (const name of ['alerts', 'dashboards', 'runbooks', 'environments', 'drillbook.yaml']) {
      cpSync(join(CHECKOUT, name), join(this.dir, name), { recursive: true })
    }
    // test/jest/environment.js calls it while everything that failed is still there.
    Object.assign(globalThis, { tellOfFailure: () => process.stderr.write(this.story()) })
  }

  get labDir(): string {
    return join(this.dir, 'lab')
  }

  /** The lab's port of a part whose port is `port` without an offset. */
  url(port: number): string {
    return `http://127.0.0.1:${port + this.portOffset}`
  }

  start(...args: string[]): Running {
    return this.begin(args, {})
  }

  /** A command that dies by SIGKILL as soon as it has said `text` on stderr. */
  startToDie(text: string, ...args: string[]): Running {
    return this.begin(args, {
      DIE_AT: text,
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'die-at.ts'))}`,
    })
  }

  private begin(args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const child = spawn(process.execPath, [join(CHECKOUT, 'cli/bin/drillbook.js'), ...args], {
      cwd: this.dir,
      // jest's workers have FORCE_COLOR when it runs in a terminal, and Node heeds that one.
      env: { ...process.env, DRILLBOOK_LAB_DIR: this.labDir, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = { stdout: '', stderr: '' }
    this.last = () => `drillbook ${args.join(' ')}:\n${printed.stderr.split('\n').slice(-40).join('\n')}\n`
    const waiting = new Set<() => void>()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.stderr += text
      for (const look of waiting) look()
    })
    const ended = new Promise<Ended>((done, fail) => {
      child.on('error', fail)
      child.on('close', (status) => done({ status, ...printed }))
    })
    const says = (text: string) =>
      new Promise<void>((done, fail) => {
        const look = () => {
          if (!printed.stderr.includes(text)) return
          waiting.delete(look)
          done()
        }
        waiting.add(look)
        look()
        void ended.then(({ status }) =>
          fail(new Error(`ended with ${status} and never said ${text}:\n${printed.stderr}`)),
        )
      })
    const running: Running = { child, ended, says }
    this.running.add(running)
    const over = () => void this.running.delete(running)
    ended.then(over, over)
    return running
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended
  }

  /** Runs a command that has to succeed. */
  async must(...args: string[]): Promise<Ended> {
    const ended = await this.run(...args)
    if (ended.status !== 0) throw new Error(`drillbook ${args.join(' ')} ended with ${ended.status}:\n${ended.stderr}`)
    return ended
  }

  up(): Promise<Ended> {
    return this.must('lab', 'up', '--port-offset', String(this.portOffset))
  }

  /** Ends what a test that failed has left, so that the next one does not fail, too: a drill that goes on, and its faults. */
  async endLeft(): Promise<void> {
    if ((await this.killLeft()) > 0) await this.run('drill', 'undo')
  }

  private async killLeft(): Promise<number> {
    const left = [...this.running]
    for (const { child, ended } of left) {
      child.kill('SIGKILL')
      await ended.catch(() => undefined)
    }
    return left.length
  }

  /** Takes the lab down and removes everything. */
  async remove(): Promise<void> {
    await this.killLeft()
    await this.must('lab', 'down')
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** For a test that failed: what would be gone with the lab. */
  story(): string {
    let course = ''
    try {
      course = courseOf(this.journal())
    } catch {
      // no drill has run, or its journal is what is wrong
    }
    return `\n--- the last command ---\n${this.last()}\n--- the last drill ---\n${course}\n--- the lab ---\n${troublesOf(this.labDir)}\n`
  }

  /** The newest drill's journal as it is on disk now. */
  journal(): Journal {
    const drills = join(this.dir, '.drillbook', 'drills')
    const newest = readdirSync(drills).sort().at(-1)
    if (newest === undefined) throw new Error('no drill has run')
    return JSON.parse(readFileSync(join(drills, newest, 'journal.json'), 'utf8'))
  }
}

/** Asks again and again until the condition holds; throws with what was seen last when `timeoutMs` is over. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T>,
  good: (seen: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let seen: T | undefined
  for (;;) {
    let problem: unknown
    try {
      seen = await answered(ask())
      if (good(seen)) return seen
    } catch (error) {
      problem = error
    }
    if (performance.now() > deadline) {
      throw new Error(
        `${what}: not within ${timeoutMs} ms; last seen: ${JSON.stringify(seen)}${problem === undefined ? '' : `, then ${problem}`}`,
      )
    }
    await new Promise((wake) => setTimeout(wake, 100))
  }
}

/** A part that hangs does not make the test hang with it, without a word. Milliseconds. */
const ANSWER_LIMIT_MS = 10_000

function answered<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)), ANSWER_LIMIT_MS)
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer))
}
