import { join } from 'node:path'
import { Client } from 'pg'
import { Api } from '../support/api.ts'
import { run } from '../support/child.ts'
import type { Process } from '../support/processes.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { BackOffice } from './back-office.ts'
import type { Target } from './client.ts'
import type { Ground } from './ground.ts'
import type { Violation } from './model/evidence.ts'
import { COUPON_LIMIT, COUPONS, STOCK } from './plan.ts'
import type { Profile } from './profile.ts'
import { unrecovered } from './recovery.ts'

/** What is examined: some instances on a database of their own. */
export class System {
  readonly ground: Ground
  readonly databaseUrl: string
  /** Between the instances and Postgres. */
  readonly proxy: TcpProxy
  private readonly folder: string
  private readonly profile: Profile
  private readonly database: string
  private readonly apis: Api[] = []
  private readonly instances: Process[] = []
  private backOffice: BackOffice | undefined

  private constructor(ground: Ground, folder: string, profile: Profile, proxy: TcpProxy) {
    this.ground = ground
    this.proxy = proxy
    this.folder = folder
    this.profile = profile
    this.database = `run_${Math.random().toString(36).slice(2)}`
    this.databaseUrl = ground.postgres.url.replace(/postgres$/, this.database)
  }

  /** `folder`: the reference-app, or a copy of it, which also brings the schema. */
  static async start(ground: Ground, folder: string, profile: Profile): Promise<System> {
    const system = new System(ground, folder, profile, await TcpProxy.start(ground.postgres.port))
    try {
      await system.prepare()
      const indexes = Array.from({ length: profile.instances }, (_, index) => index)
      system.apis.push(...(await Promise.all(indexes.map((index) => system.startApi(index)))))
      if (profile.workers !== undefined) {
        const options = { databaseUrl: system.databaseUrl, redisUrl: ground.redis.url, folder }
        system.backOffice = await BackOffice.start(profile.workers, options)
      }
      return system
    } catch (error) {
      await system.remove()
      throw error
    }
  }

  target(n: number): Target {
    const index = n % this.apis.length
    return { instance: nameOf(index), url: this.apis[index]?.url ?? '' }
  }

  /** Throws when this profile has none. */
  get office(): BackOffice {
    if (this.backOffice === undefined) throw new RangeError('nobody brings orders to their end here')
    return this.backOffice
  }

  /** Also those that were killed. */
  get processes(): Process[] {
    return [...this.instances, ...(this.backOffice?.processes ?? [])]
  }

  /** What does not work, now that nothing fails any more. */
  async unrecovered(): Promise<Violation[]> {
    return await unrecovered(this.apis, this.profile.capacity !== undefined)
  }

  get hasOffice(): boolean {
    return this.backOffice !== undefined
  }

  /** As if time had passed: what a worker has claimed is anybody's, also what it is at (a consumer's transaction holds the key of its event). */
  async endLeases(): Promise<void> {
    for (const table of ['outbox_event', 'order_payment'])
      await this.query(`update ${table} set claimed_until = now()
        where id in (select id from ${table} where claimed_until > now() for no key update skip locked)`)
  }

  /** One instance ends at once, as by the out-of-memory killer. The others go on. */
  async killApi(pick: number): Promise<() => Promise<void>> {
    const index = Math.floor(pick * this.apis.length)
    const doomed = this.apis[index]
    await doomed?.kill()
    return async () => {
      this.apis[index] = await this.startApi(index)
    }
  }

  async remove(): Promise<void> {
    await Promise.all([...this.apis.map((api) => api.kill()), this.backOffice?.remove()])
    await this.proxy.close()
    await this.ground.postgres.query(`drop database if exists ${this.database} with (force)`)
  }

  /** The deferred trigger runs as a part of the commit. */
  private async slowCommits({ table, ms }: NonNullable<Profile['slowCommit']>): Promise<void> {
    await this.query(`create function take_time() returns trigger language plpgsql as
      $$ begin perform pg_sleep(${ms / 1_000}); return null; end $$`)
    await this.query(`create constraint trigger slow_commit after insert on ${table}
      deferrable initially deferred for each row execute function take_time()`)
  }

  private async query(text: string): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl })
    await client.connect()
    await client.query(text)
    await client.end()
  }

  private async prepare(): Promise<void> {
    for (const redis of [this.ground.redis, this.ground.queue]) await redis.use((connection) => connection.flushall())
    await this.ground.postgres.query(`create database ${this.database}`)
    const env = { PATH: process.env.PATH, DATABASE_URL: this.databaseUrl }
    const prepared = await run(process.execPath, [join(this.folder, 'src/programs/database-set-up/main.ts')], {
      cwd: this.folder,
      env,
    })
    if (prepared.process.exitCode !== 0) throw new Error(`no database: ${prepared.stderr}`)
    const { stock = STOCK } = this.profile
    await this.query(`update product set stock = ${stock}, initial_stock = ${stock}`)
    await this.query(`insert into coupon (id, name, discount, "limit")
      select n, 'Coupon no. ' || n, 5, 1 from generate_series(1, ${COUPONS}) as n on conflict (id) do nothing`)
    await this.query(`update coupon set discount = 5, "limit" = ${COUPON_LIMIT}`)
    if (this.profile.slowCommit !== undefined) await this.slowCommits(this.profile.slowCommit)
  }

  private async startApi(index: number): Promise<Api> {
    const { holdSeconds, holdLimit, faults, capacity } = this.profile
    const throughProxy = this.databaseUrl.replace(`:${this.ground.postgres.port}/`, `:${this.proxy.port}/`)
    const name = nameOf(index)
    const api = await Api.start({
      databaseUrl: 'database-cut' in faults ? throughProxy : this.databaseUrl,
      primaryUrl: this.ground.redis.url,
      queueUrl: this.ground.queue.url,
      folder: this.folder,
      instance: name,
      env: { SEAT_HOLD_SECONDS: String(holdSeconds), SEAT_HOLD_LIMIT: String(holdLimit), ...waitingRoom(capacity) },
    })
    this.instances.push({ name, child: api.child })
    return api
  }
}

/** Turns are short, so that many have one. */
function waitingRoom(capacity: number | undefined): Record<string, string> {
  if (capacity === undefined) return {}
  return {
    WAITING_ROOM_MODE: 'live',
    WAITING_ROOM_CAPACITY: String(capacity),
    WAITING_ROOM_ADMISSIONS_PER_SECOND: '50',
    WAITING_ROOM_TURN_SECONDS: '5',
  }
}

const nameOf = (index: number) => `api-${index + 1}`
