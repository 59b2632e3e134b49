import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'
import { freePort } from '../../../reference-app/test/support/scratch.ts'
import { KeeperClient } from '../../src/keeper/client.ts'

const TOKEN = 'keeper-token'
/** For a keeper that is started again on a busy machine. Milliseconds. */
const RESTART_MS = 60_000

/** An API instance's operations port that only remembers what it was told; `down` makes it drop connections. */
export interface FakeOps {
  url: string
  /** `PUT /cache/source primary`-like lines in the order in which they came, refused ones included. */
  calls: string[]
  down: boolean
  /** Called when a call arrives, before it is answered. */
  onCall: ((call: string) => void) | undefined
}

/** The keeper as a process of its own, with what it reaches replaced by small servers of this test. */
export class FakeEnvironment {
  readonly dir = mkdtempSync(join(tmpdir(), 'drillbook-keeper-'))
  readonly ops: FakeOps[] = []
  readonly url: () => string
  /** What Prometheus answers to any query; undefined: it is down. */
  prometheusValue: number | undefined = 1
  log = ''
  private readonly servers: Server[] = []
  private process: ChildProcess | undefined
  private port = 0

  constructor() {
    this.url = () => `http://127.0.0.1:${this.port}`
  }

  async start(instances = 1): Promise<void> {
    for (let i = 0; i < instances; i++) this.ops.push(await this.startOps())
    const prometheus = await this.listen((_, response) => {
      if (this.prometheusValue === undefined) return void response.destroy()
      const result = [{ metric: {}, value: [Date.now() / 1000, String(this.prometheusValue)] }]
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    })
    writeFileSync(join(this.dir, 'ops-token'), 'ops-token\n')
    writeFileSync(join(this.dir, 'keeper-token'), `${TOKEN}\n`)
    writeFileSync(join(this.dir, 'environment.yaml'), stringify(this.environment(prometheus)))
    this.port = await freePort()
    await this.startKeeper()
  }

  /** Starts the keeper, always on the same port. */
  async startKeeper(): Promise<void> {
    const args = [join(import.meta.dirname, 'keeper-process.ts'), join(this.dir, 'environment.yaml'), String(this.port)]
    const child = spawn(process.execPath, [...args, join(this.dir, 'state'), join(this.dir, 'keeper-token')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.process = child
    let log = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      this.log += text
    })
    await until(() => /serves .* on http/.test(log) || child.exitCode !== null, `the keeper to start: ${log}`)
  }

  /** `kill -9`, and gone when this resolves. */
  async killKeeper(): Promise<void> {
    const child = this.process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }

  /** As if so much time had passed while there was no keeper: its lease is over. */
  endLease(): void {
    const file = join(this.dir, 'state', 'state.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    state.session.leaseUntil = state.session.openedAt
    delete state.digest
    writeFileSync(file, JSON.stringify(state))
  }

  client(): KeeperClient {
    return new KeeperClient({ url: this.url(), tokenFile: join(this.dir, 'keeper-token') }, RESTART_MS)
  }

  async stop(): Promise<void> {
    await this.killKeeper()
    for (const server of this.servers) {
      server.closeAllConnections()
      server.close()
    }
    rmSync(this.dir, { recursive: true, force: true })
  }

  private async startOps(): Promise<FakeOps> {
    const fake: FakeOps = { url: '', calls: [], down: false, onCall: undefined }
    fake.url = await this.listen((request, response) => {
      const call = `${request.method} ${request.url}`
      fake.calls.push(call)
      fake.onCall?.(call)
      if (fake.down) return void response.destroy()
      response.end('{}')
    })
    return fake
  }

  private listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(handler)
    this.servers.push(server)
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`)
      })
    })
  }

  private environment(prometheus: string): unknown {
    const fault = (name: string, ttl = '10m') => ({
      inject: { ops: { method: 'PUT', path: `/${name}/on` } },
      revert: { ops: { method: 'PUT', path: `/${name}/off` } },
      reverted: { promql: 'fixed', expect: '== 1', within: '200ms' },
      ttl,
    })
    return {
      name: 'test',
      drills: 'allowed',
      prometheus: { url: prometheus },
      ops: { urls: this.ops.map((o) => o.url), tokenFile: './ops-token' },
      actions: {
        'bring-back': { ops: { method: 'PUT', path: '/back' } },
        'needs-size': { ops: { method: 'PUT', path: '/size' }, params: { size: { type: 'integer' } } },
      },
      faults: { first: fault('first'), second: fault('second'), third: fault('third'), short: fault('short', '1s') },
    }
  }
}

/** Polls a condition; throws with `what` when it does not come about in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`)
    await delay(20)
  }
}
