import type { JobEvents } from './events.ts'

/** Share by which pauses vary, so that several instances do not work in step. */
const JITTER = 0.2

export interface JobOptions {
  /** Kebab-case. */
  name: string
  /** From the end of one run to the start of the next, +-20 %. */
  pauseMs: number
  /** May reject: it is tried again after the pause. Several instances run it at once. */
  work: () => Promise<void>
}

/** Work that is done again and again in the background, one run at a time in this process. */
export class Job {
  private readonly options: JobOptions
  private readonly events: JobEvents
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(options: JobOptions, events: JobEvents) {
    this.options = options
    this.events = events
  }

  /** The first run comes after the first pause. */
  begin(): void {
    if (this.stopped) return
    const pauseMs = this.options.pauseMs * (1 - JITTER + 2 * JITTER * Math.random())
    this.timer = setTimeout(() => {
      this.running = this.run().finally(() => this.begin())
    }, pauseMs)
  }

  /** Resolves when the run of now, if there is one, has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.running
  }

  private async run(): Promise<void> {
    try {
      await this.options.work()
      this.events.succeeded()
    } catch (error) {
      this.events.failed(error)
    }
  }
}
