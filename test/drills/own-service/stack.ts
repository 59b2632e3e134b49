import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findPrograms } from '@drillbook/lab/programs'
import type { Journal } from '../../../cli/src/drill/journal.ts'
import { type Ended, startDrillbook } from '../../../cli/test/support/run-drillbook.ts'
import { freePort } from '../../../reference-app/test/support/scratch.ts'
import { until } from '../../support/drillbook.ts'
import { query } from '../../support/prometheus.ts'

const PARTS = ['jobs', 'prometheus', 'alertmanager', 'keeper', 'slack'] as const
type Part = (typeof PARTS)[number]

/** For a part that does not start or does not stop. */
const LIMIT_MS = 60_000

/** A service of somebody who has no checkout in his folder: its own Prometheus, Alertmanager, keeper, chat and drillbook. */
export class OwnStack {
  /** What the chat was told. */
  readonly messages: string[] = []
  private readonly dir = mkdtempSync(join(tmpdir(), 'own-service-'))
  private readonly book = join(this.dir, 'book')
  private readonly ports: Record<string, number> = {}
  private readonly children: ChildProcess[] = []
  private chat: Server | undefined

  async start(): Promise<void> {
    for (const part of PARTS) this.ports[part] = await freePort()
    cpSync(join(import.meta.dirname, 'book'), this.book, { recursive: true })
    for (const name of ['prometheus.yaml', 'alertmanager.yaml']) {
      writeFileSync(join(this.dir, name), this.filled(join(import.meta.dirname, name)))
    }
    this.edit('environments/own.yaml', (text) => this.fill(text))
    mkdirSync(join(this.dir, 'secrets'))
    for (const name of ['ops', 'keeper']) writeFileSync(join(this.dir, 'secrets', name), `token-of-${name}\n`)
    writeFileSync(join(this.dir, 'secrets', 'slack'), `http://127.0.0.1:${this.ports.slack}/services/T/B/x\n`)
    await this.must('check')
    await this.must('rules', 'compile', '--env', 'own', '--out', '../compiled')
    await this.openChat()
    this.startPrograms()
    await until('a healthy worker', LIMIT_MS, () => query(this.url('prometheus'), 'worker:jobs_done:ratio1m'), isWell)
    await this.answers('alertmanager', '/-/ready')
    await this.answers('keeper', '/metrics')
  }

  /** What the drill says about itself, and its exit status. */
  async drill(): Promise<{ status: number | null; stderr: string; journal: Journal }> {
    const { status, stdout, stderr } = await this.startCommand('drill', 'run', 'worker-stuck', '--unattended', '--json')
    if (stdout === '') throw new Error(`no journal:\n${stderr}`)
    return { status, stderr, journal: JSON.parse(stdout) }
  }

  /** Changes a file of the drillbook and gives back what takes that back. */
  edit(file: string, change: (text: string) => string): () => void {
    const path = join(this.book, file)
    const before = readFileSync(path, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`nothing was changed in ${file}`)
    writeFileSync(path, after)
    return () => writeFileSync(path, before)
  }

  async openChat(): Promise<void> {
    const chat = createServer(async (request, response) => {
      this.messages.push(await text(request))
      response.end('ok')
    })
    this.chat = chat
    await new Promise<void>((done, fail) => {
      chat.once('error', fail)
      chat.listen(this.ports.slack, '127.0.0.1', done)
    })
  }

  /** Nobody listens behind the webhook any more. */
  async closeChat(): Promise<void> {
    const { chat } = this
    if (chat === undefined) return
    this.chat = undefined
    chat.closeAllConnections()
    await new Promise((done) => chat.close(done))
  }

  async stop(): Promise<void> {
    await this.closeChat()
    const running = this.children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    await Promise.all(
      running.map((child) => {
        const exited = new Promise((done) => child.once('exit', done))
        child.kill('SIGKILL')
        return exited
      }),
    )
    rmSync(this.dir, { recursive: true, force: true })
  }

  private startPrograms(): void {
    const address = (part: Part) => `--web.listen-address=127.0.0.1:${this.ports[part]}`
    const programs = findPrograms(process.env)
    const jobs = [join(import.meta.dirname, 'jobs.ts'), String(this.ports.jobs), 'token-of-ops']
    this.begin(process.execPath, jobs)
    this.begin(programs.prometheus, [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=prometheus',
      '--query.lookback-delta=30s',
      address('prometheus'),
    ])
    this.begin(programs['prometheus-alertmanager'], [
      '--config.file=alertmanager.yaml',
      '--storage.path=alertmanager',
      '--cluster.listen-address=',
      address('alertmanager'),
    ])
    const keeper = ['--env', 'own', '--port', String(this.ports.keeper), '--state', join(this.dir, 'keeper')]
    this.startCommand('keeper', ...keeper, '--token-file', '../secrets/keeper')
  }

  private begin(command: string, args: readonly string[]): void {
    this.children.push(spawn(command, args, { cwd: this.dir, stdio: 'ignore' }))
  }

  private startCommand(...args: string[]): Promise<Ended> {
    const { child, ended } = startDrillbook(args, { cwd: this.book, env: { DRILLBOOK_ENV: 'own', NO_COLOR: '1' } })
    this.children.push(child)
    return ended
  }

  private async must(...args: string[]): Promise<void> {
    const { status, stderr } = await this.startCommand(...args)
    if (status !== 0) throw new Error(`drillbook ${args.join(' ')} ended with ${status}:\n${stderr}`)
  }

  private url(part: Part): string {
    return `http://127.0.0.1:${this.ports[part]}`
  }

  private async answers(part: Part, path: string): Promise<void> {
    await until(
      `an answer of ${part}`,
      LIMIT_MS,
      () => fetch(this.url(part) + path),
      ({ ok }) => ok,
    )
  }

  private filled(path: string): string {
    return this.fill(readFileSync(path, 'utf8'))
  }

  private fill(text: string): string {
    return text
      .replaceAll(/\$\{dir\}/g, this.dir)
      .replaceAll(/\$\{port\.(\w+)\}/g, (_, part: string) => String(this.ports[part]))
  }
}

function isWell(samples: [Record<string, string>, number][]): boolean {
  return samples.some(([, value]) => value >= 0.9)
}
