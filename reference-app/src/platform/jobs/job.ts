import { jobMetrics, type Logger, type MetricsRegistry } from '@drillbook/instrumentation'
import { JobEvents } from './events.ts'
import type { JobName } from './job-names.ts'

/** Share by which pauses vary, so that several instances do not work in step. */
const JITTER = 0.2

export interface JobOptions {
  /** Kebab-case. */
  name: string
  /** From the end of one run to the start of the next, +-20 %. */
  pauseMs: number
  /**
   * May reject: it is tried again after the pause. Several instances run it at once. `halt`: no other run is wanted, so
   * what goes step by step ends with the step of now; aborted when the job is paused or stopped.
   */
  work: (halt: AbortSignal) => Promise<void>
  /** Resolves when everything that runs of `work` have left going on has ended. Absent: a run leaves nothing. */
  drained?: () => Promise<void>
}

/** Work that is done again and again in the background, one run at a time in this process. */
export class Job {
  readonly name: string
  private readonly options: JobOptions
  private readonly events: JobEvents
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> | undefined
  private halt = new AbortController()
  private again = false
  private held = false
  private begun = false
  private stopped = false

  constructor(options: JobOptions, events: JobEvents) {
    this.name = options.name
    this.options = options
    this.events = events
  }

  /** Whether an operator holds it back. */
  get paused(): boolean {
    return this.held
  }

  /** The first run comes after the first pause. */
  begin(): void {
    this.begun = true
    this.wait()
  }

  /** Runs now, or once more after the run of now: there is something to do. */
  wake(): void {
    if (!this.begun || this.stopped || this.held) return
    if (this.running === undefined) this.start()
    else this.again = true
  }

  /** No run begins until `resume`; the current run is signalled, and may finish its batch. */
  pause(): void {
    this.halt.abort()
    clearTimeout(this.timer)
    this.held = true
    this.events.paused(true)
  }

  resume(): void {
    this.held = false
    this.events.paused(false)
    this.wake()
  }

  /** Resolves when the run of now, if there is one, and what runs have left going on has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    this.halt.abort()
    clearTimeout(this.timer)
    await this.running
    await this.options.drained?.()
  }

  private wait(): void {
    if (this.stopped || this.held) return
    const pauseMs = this.options.pauseMs * (1 - JITTER + 2 * JITTER * Math.random())
    this.timer = setTimeout(() => this.start(), this.again ? 0 : pauseMs)
    this.again = false
  }

  private start(): void {
    clearTimeout(this.timer)
    this.halt = new AbortController()
    this.running = this.run(this.halt.signal).finally(() => {
      this.running = undefined
      this.wait()
    })
  }

  private async run(halt: AbortSignal): Promise<void> {
    try {
      await this.options.work(halt)
      this.events.succeeded()
    } catch (error) {
      this.events.failed(error)
    }
  }
}

export type MakeJob = (options: JobOptions & { name: JobName }) => Job

/** Makes jobs that are measured and logged. */
export function jobMaker(registry: MetricsRegistry, logger: Logger): MakeJob {
  return (options) => new Job(options, new JobEvents(options.name, jobMetrics(registry, { job: options.name }), logger))
}
