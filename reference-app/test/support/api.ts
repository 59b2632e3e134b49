import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { metricOf } from './metric.ts'
import { scratchFolder } from './scratch.ts'
import { START_LIMIT_MS, until } from './until.ts'

const REFERENCE_APP = fileURLToPath(new URL('../..', import.meta.url))

export const OPS_TOKEN = 'ops-token-of-a-test-ops-token-of-a-test'
export const QUEUE_TOKEN_SECRET = 'queue-token-secret-of-a-test-queue-token-secret'

export interface ApiOptions {
  databaseUrl: string
  primaryUrl: string
  /** Default: the primary. */
  standbyUrl?: string
  /** The waiting room's. Default: the primary, which nobody uses for it while the mode is off. */
  queueUrl?: string
  instance?: string
  /** The reference-app to run, when it is not this one but a copy of it. */
  folder?: string
  /** Beyond what every instance needs. */
  env?: Record<string, string>
}

/** What came back, with the body parsed where there is one. `durationMs` from the call to the last byte. */
export interface Reply {
  status: number
  headers: Headers
  body: unknown
  durationMs: number
}

export interface CallOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** One instance of the API as a process of its own, as the lab runs it. */
export class Api {
  readonly child: Child
  private readonly folder: { path: string; remove(): void }
  private ports = { port: 0, opsPort: 0 }

  private constructor(options: ApiOptions) {
    this.folder = scratchFolder()
    mkdirSync(join(this.folder.path, 'secrets'))
    writeFileSync(join(this.folder.path, 'secrets/ops'), `${OPS_TOKEN}\n`)
    writeFileSync(join(this.folder.path, 'secrets/queue-token'), `${QUEUE_TOKEN_SECRET}\n`)
    const cwd = options.folder ?? REFERENCE_APP
    const main = join(cwd, 'src/programs/api/main.ts')
    this.child = new Child(process.execPath, ['--import', '@drillbook/instrumentation/register', main], {
      cwd,
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        OPS_PORT: '0',
        INSTANCE: options.instance ?? 'api-test',
        DATABASE_URL: options.databaseUrl,
        CACHE_PRIMARY_URL: options.primaryUrl,
        CACHE_STANDBY_URL: options.standbyUrl ?? options.primaryUrl,
        OPS_TOKEN_FILE: join(this.folder.path, 'secrets/ops'),
        QUEUE_TOKEN_SECRET_FILE: join(this.folder.path, 'secrets/queue-token'),
        AUDIT_FILE: join(this.folder.path, 'audit.jsonl'),
        // Most tests are about what is behind the waiting room, with tokens that they sign themselves.
        WAITING_ROOM_MODE: 'off',
        QUEUE_REDIS_URL: options.queueUrl ?? options.primaryUrl,
        APP_VERSION: 'test',
        ...options.env,
      },
    })
  }

  static async start(options: ApiOptions): Promise<Api> {
    const api = new Api(options)
    const started = () => {
      if (!api.child.running) throw new Error(`it ended: ${api.child.stdout}${api.child.stderr}`)
      return api.logs('api.started')[0] as { port: number; opsPort: number } | undefined
    }
    try {
      api.ports = await until('the API says where it listens', started, START_LIMIT_MS)
    } catch (error) {
      await api.kill()
      throw error
    }
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.port}`
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.ports.opsPort}`
  }

  /** Log lines of this event, parsed. */
  logs(event: string): Record<string, unknown>[] {
    return this.child.logs(event)
  }

  /** Its entries; not what it says of them. */
  get audit(): Record<string, unknown>[] {
    if (!existsSync(this.auditFile)) return [] // nobody has changed anything
    const text = readFileSync(this.auditFile, 'utf8')
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => !('settled' in line))
  }

  get auditFile(): string {
    return join(this.folder.path, 'audit.jsonl')
  }

  async call(path: string, options: CallOptions = {}): Promise<Reply> {
    return await send(this.url + path, options)
  }

  /** As an operator, unless `headers` say otherwise. `json` becomes the body. */
  async ops(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return await send(this.opsUrl + path, {
      method,
      headers: { authorization: `Bearer ${OPS_TOKEN}`, ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  }

  /** A write of a user: POST with this JSON. */
  async post(path: string, json: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return await this.call(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(json) })
  }

  async join(userId = 1): Promise<string> {
    const { body } = await this.call(`/api/v1/queue/users/${userId}`, { method: 'POST' })
    return (body as { token: string }).token
  }

  /** As `metricOf`, from the operations port. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    return await metricOf(`${this.opsUrl}/metrics`, name, labels)
  }

  async lookups(result?: string): Promise<number> {
    return await this.metric('cache_lookups_total', { cache: 'catalogue', ...(result === undefined ? {} : { result }) })
  }

  /** Without a word. */
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

/** Within 15 s. */
export async function send(url: string, { method = 'GET', headers = {}, body }: CallOptions): Promise<Reply> {
  const startedAt = performance.now()
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const durationMs = performance.now() - startedAt
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, durationMs }
}
