import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Charge } from '../../src/programs/payment-provider/charge.ts'
import type { Knobs } from '../../src/programs/payment-provider/knobs.ts'
import { type Reply, send } from './api.ts'
import { Child } from './child.ts'
import { freePort, scratchFolder } from './scratch.ts'
import { START_LIMIT_MS, until } from './until.ts'

const MAIN = fileURLToPath(new URL('../../src/programs/payment-provider/main.ts', import.meta.url))

export const CONTROL_TOKEN = 'control-token-of-a-test-control-token-of-a-test'

/** One payment provider as a process of its own, as the lab runs it. */
export class PaymentProvider {
  readonly name: 'primary' | 'secondary'
  child: Child
  private readonly folder: { path: string; remove(): void }
  private readonly port: number

  private constructor(name: 'primary' | 'secondary', port: number) {
    this.name = name
    this.port = port
    this.folder = scratchFolder()
    writeFileSync(join(this.folder.path, 'token'), `${CONTROL_TOKEN}\n`)
    this.child = this.spawn()
  }

  static async start(name: 'primary' | 'secondary' = 'primary'): Promise<PaymentProvider> {
    const provider = new PaymentProvider(name, await freePort())
    await provider.answers()
    return provider
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get dataFile(): string {
    return join(this.folder.path, 'charges.jsonl')
  }

  /** What is on its disk. */
  get charges(): Charge[] {
    const lines = readFileSync(this.dataFile, 'utf8').split('\n')
    return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Charge]))
  }

  async call(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    return await send(this.url + path, { method, headers, ...body })
  }

  async charge(key: string, amount: number): Promise<Reply> {
    return await this.call('POST', '/charges', { amount, reference: 'order:1' }, { 'idempotency-key': key })
  }

  async turn(knobs: Partial<Knobs>): Promise<void> {
    const reply = await this.call('PUT', '/knobs', knobs, { authorization: `Bearer ${CONTROL_TOKEN}` })
    if (reply.status !== 200) throw new Error(`the knobs did not turn: ${JSON.stringify(reply.body)}`)
  }

  /** SIGKILL; connections are refused from then on. */
  async kill(): Promise<void> {
    await this.child.stop('SIGKILL')
  }

  /** After `kill` or `stop`, on the same port with the same file. */
  async restart(): Promise<void> {
    this.child = this.spawn()
    await this.answers()
  }

  async stop(): Promise<number | null> {
    return await this.child.stop('SIGTERM')
  }

  async remove(): Promise<void> {
    await this.stop()
    this.folder.remove()
  }

  private spawn(): Child {
    return new Child(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        NAME: this.name,
        PORT: String(this.port),
        DATA_FILE: join(this.folder.path, 'charges.jsonl'),
        CONTROL_TOKEN_FILE: join(this.folder.path, 'token'),
      },
    })
  }

  private async answers(): Promise<void> {
    const healthy = async () => {
      if (!this.child.running) throw new Error(`it ended: ${this.child.stdout}${this.child.stderr}`)
      return (await this.call('GET', '/healthz')).status === 200
    }
    await until('the provider answers', healthy, START_LIMIT_MS)
  }
}
