import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Journal } from '../../cli/src/drill/journal.ts'

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

  constructor(portOffset: number) {
    this.dir = mkdtempSync('/var/tmp/drillbook-test-')
    chmodSync(this.dir, 0o711) // Postgres runs as another user when root runs the lab
    this.portOffset = portOffset
    for (const name of ['alerts', 'dashboards', 'runbooks', 'environments', 'drillbook.yaml']) {
      cpSync(join(CHECKOUT, name), join(this.dir, name), { recursive: true })
    }
  }

  get labDir(): string {
    return join(this.dir, 'lab')
  }

  /** The lab's port of a part whose port is `port` without an offset. */
  url(port: number): string {
    return `http://127.0.0.1:${port + this.portOffset}`
  }

  start(...args: string[]): Running {
    const child = spawn(process.execPath, [join(CHECKOUT, 'cli/bin/drillbook.js'), ...args], {
      cwd: this.dir,
      env: { ...process.env, DRILLBOOK_LAB_DIR: this.labDir, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = { stdout: '', stderr: '' }
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
    return { child, ended, says }
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

  /** Takes the lab down and removes everything. */
  async remove(): Promise<void> {
    await this.must('lab', 'down')
    rmSync(this.dir, { recursive: true, force: true })
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
  for (;;) {
    let seen: T | undefined
    let problem: unknown
    try {
      seen = await ask()
      if (good(seen)) return seen
    } catch (error) {
      problem = error
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs} ms; last seen: ${problem ?? JSON.stringify(seen)}`)
    }
    await new Promise((wake) => setTimeout(wake, 100))
  }
}
