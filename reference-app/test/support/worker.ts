import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OPS_TOKEN, type Reply, send } from './api.ts'
import { Child } from './child.ts'
import { metricOf } from './metric.ts'
import { scratchFolder } from './scratch.ts'
import { START_LIMIT_MS, until } from './until.ts'

const REFERENCE_APP = fileURLToPath(new URL('../..', import.meta.url))

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

export interface WorkerOptions {
  databaseUrl: string
  redisUrl: string
  /** Default: nobody is there. */
  providerUrl?: string
  secondaryUrl?: string
  instance?: string
  /** The reference-app to run, when it is not this one but a copy of it. */
  folder?: string
  /** Beyond what every worker needs. */
  env?: Record<string, string>
}

/** One worker as a process of its own, as the lab runs it. */
export class Worker {
  readonly child: Child
  private readonly folder = scratchFolder()
  private opsPort = 0

  private constructor(options: WorkerOptions) {
    mkdirSync(join(this.folder.path, 'secrets'))
    writeFileSync(join(this.folder.path, 'secrets/ops'), `${OPS_TOKEN}\n`)
    const cwd = options.folder ?? REFERENCE_APP
    const main = join(cwd, 'src/programs/worker/main.ts')
    this.child = new Child(process.execPath, ['--import', '@drillbook/instrumentation/register', main], {
      cwd,
      env: {
        PATH: process.env.PATH,
        OPS_PORT: '0',
        INSTANCE: options.instance ?? 'worker-test',
        DATABASE_URL: options.databaseUrl,
        CACHE_PRIMARY_URL: options.redisUrl,
        CACHE_STANDBY_URL: options.redisUrl,
        PAYMENT_PROVIDER_URL: options.providerUrl ?? NOWHERE,
        PAYMENT_PROVIDER_SECONDARY_URL: options.secondaryUrl ?? NOWHERE,
        OPS_TOKEN_FILE: join(this.folder.path, 'secrets/ops'),
        AUDIT_FILE: join(this.folder.path, 'audit.jsonl'),
        APP_VERSION: 'test',
        ...options.env,
      },
    })
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(options)
    const started = () => {
      if (!worker.child.running) throw new Error(`it ended: ${worker.child.stdout}${worker.child.stderr}`)
      return worker.logs('worker.started')[0]
    }
    try {
      worker.opsPort = Number((await until('the worker says where it listens', started, START_LIMIT_MS)).opsPort)
    } catch (error) {
      await worker.kill()
      throw error
    }
    return worker
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.opsPort}`
  }

  /** Log lines of this event, parsed. */
  logs(event: string): Record<string, unknown>[] {
    return this.child.logs(event)
  }

  /** As an operator, unless `headers` say otherwise. `json` becomes the body. */
  async ops(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return await send(this.opsUrl + path, {
      method,
      headers: { authorization: `Bearer ${OPS_TOKEN}`, ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  }

  /** As `metricOf`, from the operations port. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    return await metricOf(`${this.opsUrl}/metrics`, name, labels)
  }

  /** SIGKILL, with nothing finished. */
  async kill(): Promise<void> {
    await this.child.stop('SIGKILL')
    this.folder.remove()
  }

  async stop(): Promise<number | null> {
    const status = await this.child.stop('SIGTERM')
    this.folder.remove()
    return status
  }
}
