import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { prepareDatabase } from '../../src/programs/database-set-up/prepare.ts'
import { Child } from './child.ts'
import { binary, ownedFolder, owner, runAsOwner } from './postgres-programs.ts'
import { fillFromTemplate } from './postgres-template.ts'
import { freePort } from './scratch.ts'
import { START_LIMIT_MS, until } from './until.ts'

/** A Postgres of its own, on a free port, thrown away in the end. */
export class Postgres {
  readonly url: string
  readonly port: number
  private readonly folder: { path: string; remove(): void }
  private child: Child

  private constructor(folder: { path: string; remove(): void }, port: number) {
    this.folder = folder
    this.port = port
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.child = this.spawn()
  }

  static async start(): Promise<Postgres> {
    return await Postgres.make((data) => fillFromTemplate('empty', initialise, data))
  }

  /** With the schema and the 5 concerts, 28 schedules and 672 seats. */
  static async startPrepared(): Promise<Postgres> {
    return await Postgres.make((data) => fillFromTemplate('prepared', prepare, data))
  }

  /** A hot standby that streams from `primary`. */
  static async replicaOf(primary: Postgres): Promise<Postgres> {
    const args = ['-d', primary.url, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']
    return await Postgres.make((data) => runAsOwner('pg_basebackup', ['-D', data, ...args]))
  }

  private static async make(fill: (data: string) => Promise<void>): Promise<Postgres> {
    const folder = ownedFolder()
    await fill(join(folder.path, 'data'))
    return await Postgres.on(folder)
  }

  /** On the data that is in the folder. */
  static async on(folder: { path: string; remove(): void }): Promise<Postgres> {
    const postgres = new Postgres(folder, await freePort())
    await postgres.answers()
    return postgres
  }

  /** As after a crash or a stop: connections are refused. */
  async stop(): Promise<void> {
    await this.child.stop('SIGINT')
  }

  async restart(): Promise<void> {
    await this.stop()
    this.child = this.spawn()
    await this.answers()
  }

  /** As when the machine loses its power: the server and all its processes at once, nothing tidied up. */
  async crash(): Promise<void> {
    this.workers('SIGSTOP') // so that none is born or ends while they are counted
    this.workers('SIGKILL')
    await this.child.exit()
  }

  /** Accepts connections, answers nothing. */
  hang(): void {
    this.workers('SIGSTOP')
  }

  resume(): void {
    this.workers('SIGCONT')
  }

  /** A connection that the test ends itself. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 10_000 })
    client.on('error', () => undefined) // reported by the query
    await client.connect()
    return client
  }

  async query<Row extends Record<string, unknown>>(text: string): Promise<Row[]> {
    const client = await this.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }

  async remove(): Promise<void> {
    this.resume()
    await this.child.stop('SIGQUIT')
    this.folder.remove()
  }

  /** The postmaster and every backend that it has started. */
  private workers(signal: NodeJS.Signals): void {
    const { pid } = this.child.process
    if (pid === undefined || !this.child.running) return
    if (signal === 'SIGSTOP') send(pid, signal) // first: else one could be born after they were counted
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    for (const worker of [pid, ...children.trim().split(/\s+/).map(Number)]) send(worker, signal)
  }

  private spawn(): Child {
    const settings = [
      'fsync=off',
      'shared_buffers=16MB',
      'unix_socket_directories=',
      'listen_addresses=127.0.0.1',
      'wal_retrieve_retry_interval=200ms', // a standby looks for its primary again soon
    ]
    const args = ['-D', join(this.folder.path, 'data'), '-p', String(this.port)]
    return new Child(binary('postgres'), [...args, ...settings.flatMap((setting) => ['-c', setting])], {
      cwd: this.folder.path,
      ...owner(),
    })
  }

  private async answers(): Promise<void> {
    await until('Postgres answers', async () => (await this.query('select 1')).length === 1, START_LIMIT_MS)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(Error.isError(error) && 'code' in error && error.code === 'ESRCH')) throw error // it ended meanwhile
  }
}

/** As in the lab: neither order nor messages are those of the machine's language, which may not even be installed. */
const INITDB = ['-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C']
const initialise = (data: string) => runAsOwner('initdb', ['-D', data, ...INITDB])

async function prepare(data: string): Promise<void> {
  await fillFromTemplate('empty', initialise, data)
  const postgres = await Postgres.on({ path: dirname(data), remove: () => undefined })
  const client = await postgres.connect()
  await prepareDatabase(client)
  await client.end()
  await postgres.stop()
}

/** A hot standby, once it has everything that the primary has now. */
export async function startReplica(primary: Postgres): Promise<Postgres> {
  const replica = await Postgres.replicaOf(primary)
  await caughtUp(primary, replica)
  return replica
}

/** Resolves when the replica shows everything that the primary has written by now. */
export async function caughtUp(primary: Postgres, replica: Postgres): Promise<void> {
  const [row] = await primary.query<{ position: string }>('select pg_current_wal_lsn() as position')
  const replayed = `select from (select) as one where pg_last_wal_replay_lsn() >= '${row?.position}'`
  await until('the replica has caught up', async () => (await replica.query(replayed)).length === 1)
}

/** With the schema and the 5 concerts, 28 schedules and 672 seats. */
export const startPreparedPostgres = () => Postgres.startPrepared()
