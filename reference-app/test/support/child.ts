import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A process of a test, with what it said. */
export class Child {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  /** Somebody has stopped it while it ran. */
  private stopped = false
  /** It is gone, and all that it said has been read. */
  private readonly closed: Promise<void>

  constructor(command: string, args: string[], options: SpawnOptions = {}) {
    const { NODE_COMPILE_CACHE } = process.env // of the run
    const env = { ...(options.env ?? process.env), ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) }
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, env })
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
    })
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.closed = new Promise((resolve) => this.process.once('close', () => resolve()))
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** It is gone, and nobody has stopped it. */
  get endedByItself(): boolean {
    return !this.running && !this.stopped
  }

  /** Log lines of this event, parsed. */
  logs(event: string): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .slice(0, -1) // what the last line break ends: half a line may have been read
      .filter((line) => line.includes(`"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line.event === event)
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name)
  }

  /** Resolves with the exit status once it is gone and all that it said is there, null when a signal ended it. */
  async exit(): Promise<number | null> {
    await this.closed
    return this.process.exitCode
  }

  /** Sends the signal (also to one that is stopped) and waits for the end. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.running) {
      this.stopped = true
      this.signal('SIGCONT')
      this.signal(name)
    }
    return await this.exit()
  }
}

/** Runs to the end. */
export async function run(command: string, args: string[], options: SpawnOptions = {}): Promise<Child> {
  const child = new Child(command, args, options)
  await once(child.process, 'close')
  return child
}
