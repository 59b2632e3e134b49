import type { Client } from 'pg'
import { count } from './invariants.ts'
import type { Postgres } from './postgres.ts'
import { until } from './until.ts'

/** Any number that the application does not lock on. */
const LOCK = 4_711

/** Holds up whoever adds to the ledger, in the middle of the transaction, until it is opened. */
export class Gate {
  private readonly postgres: Postgres
  private readonly keeper: Client

  private constructor(postgres: Postgres, keeper: Client) {
    this.postgres = postgres
    this.keeper = keeper
  }

  static async close(postgres: Postgres): Promise<Gate> {
    await postgres.query(`create or replace function wait_at_gate() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(${LOCK}); return new; end $$`)
    await postgres.query(
      'create trigger gate before insert on balance_entry for each row execute function wait_at_gate()',
    )
    const keeper = await postgres.connect()
    await keeper.query('select pg_advisory_lock($1)', [LOCK])
    return new Gate(postgres, keeper)
  }

  /** Resolves when somebody waits at it. */
  async reached(): Promise<void> {
    const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted`
    await until('somebody waits at the gate', async () => (await count(this.postgres, waiting)) === 1)
  }

  async open(): Promise<void> {
    await this.keeper.end()
    await this.postgres.query('drop trigger if exists gate on balance_entry')
  }
}
