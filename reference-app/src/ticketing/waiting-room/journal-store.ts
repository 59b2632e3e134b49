import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Ending, Session } from './session.ts'

/** What is known of one stay. */
export interface JournalEntry {
  session: Session
  endedAs?: Ending
}

/** Any number that is not used for another advisory lock in this database. */
const RESTORE_LOCK = 720_004

/** What was written of a stay before is never taken back: entries may come late and twice. */
const WRITE: Statement = {
  name: 'waiting-room-write',
  operation: 'INSERT',
  collection: 'waiting_room_journal',
  text: `insert into waiting_room_journal as known
      (token_id, user_id, seq, joined_at, expires_at, admitted_until, ended_as)
    select id, user_id, seq, to_timestamp(joined / 1000), to_timestamp(expires / 1000),
      to_timestamp(nullif(admitted_until, 0) / 1000), ended_as
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::float8[], $5::float8[], $6::float8[], $7::text[])
      as entry (id, user_id, seq, joined, expires, admitted_until, ended_as)
    order by id
    on conflict (token_id) do update set admitted_until = coalesce(known.admitted_until, excluded.admitted_until),
      ended_as = coalesce(known.ended_as, excluded.ended_as)
    where (known.admitted_until is null and excluded.admitted_until is not null)
      or (known.ended_as is null and excluded.ended_as is not null)`,
}

const LOCK: Statement = {
  name: 'waiting-room-lock',
  operation: 'SELECT',
  collection: 'waiting_room_journal',
  text: 'select pg_try_advisory_xact_lock($1) as locked',
}

const ANY: Statement = {
  name: 'waiting-room-any',
  operation: 'SELECT',
  collection: 'waiting_room_journal',
  text: 'select 1 from waiting_room_journal limit 1',
}

const LAST: Statement = {
  name: 'waiting-room-last',
  operation: 'SELECT',
  collection: 'waiting_room_journal',
  text: `select coalesce((select max(seq) from waiting_room_journal), 0)::float8 as seq,
    coalesce((select max(seq) from waiting_room_journal where admitted_until is not null), 0)::float8 as admitted`,
}

/** A user has one stay at a time, the latest: an end that was not written down does not bring an earlier one back. */
const LIVE: Statement = {
  name: 'waiting-room-live',
  operation: 'SELECT',
  collection: 'waiting_room_journal',
  text: `select user_id as "user", token_id as id, seq::float8 as seq,
      round(extract(epoch from joined_at) * 1000)::float8 as joined,
      round(extract(epoch from expires_at) * 1000)::float8 as expires,
      coalesce(round(extract(epoch from admitted_until) * 1000), 0)::float8 as "admittedUntil"
    from waiting_room_journal as stay
    where seq > $1 and ended_as is null and expires_at > now()
      and not exists (select from waiting_room_journal as later where later.user_id = stay.user_id and later.seq > stay.seq)
    order by stay.seq limit $2`, // not by the column of the answer: that one is computed, and no index has its order
}

/** True when the stay was live until now, as far as the journal knows. */
const DROP: Statement = {
  name: 'waiting-room-drop',
  operation: 'UPDATE',
  collection: 'waiting_room_journal',
  text: `update waiting_room_journal set ended_as = 'dropped'
    where token_id = $1 and ended_as is null and (admitted_until is null or admitted_until > now()) returning 1`,
}

/** The last of all stays: it says how far the sequence has come. */
const FORGET: Statement = {
  name: 'waiting-room-forget',
  operation: 'DELETE',
  collection: 'waiting_room_journal',
  text: `delete from waiting_room_journal where ctid = any (array(
    select ctid from waiting_room_journal where expires_at < now() - make_interval(hours => $1)
      and seq < (select max(seq) from waiting_room_journal where admitted_until is not null)
    order by expires_at limit $2 for update skip locked)) returning 1`,
}

/** The journal in Postgres. Throws DatabaseUnavailableError. */
export class JournalStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Each stay at most once. */
  async write(entries: JournalEntry[]): Promise<void> {
    const column = <T>(of: (entry: JournalEntry) => T) => entries.map(of)
    await this.database.query(WRITE, [
      column(({ session }) => session.id),
      column(({ session }) => session.user),
      column(({ session }) => session.seq),
      column(({ session }) => session.joined),
      column(({ session }) => session.expires),
      column(({ session }) => session.admittedUntil),
      column(({ endedAs }) => endedAs ?? null),
    ])
  }

  /** Runs `work` unless another instance restores the room now: one at a time over all. Undefined: another one does. */
  async whileRestoring<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | undefined> {
    return await this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ locked: boolean }>(LOCK, [RESTORE_LOCK])
      return row?.locked === true ? await work(transaction) : undefined
    })
  }

  /** Nobody has ever joined. */
  async isEmpty(): Promise<boolean> {
    return (await this.database.query(ANY)).length === 0
  }

  /** The highest sequence of all, and of those admitted. */
  async last(transaction: Transaction): Promise<{ seq: number; admitted: number }> {
    const [row] = await transaction.query<{ seq: number; admitted: number }>(LAST)
    return row ?? { seq: 0, admitted: 0 }
  }

  /** Stays that have not ended, in their order, at most `limit` after `seq`. */
  async live(transaction: Transaction, seq: number, limit: number): Promise<Session[]> {
    return await transaction.query<Session & Record<string, unknown>>(LIVE, [seq, limit])
  }

  /** Records that the room lost this stay. False: it had ended properly, or is unknown. */
  async drop(id: string): Promise<boolean> {
    return (await this.database.query(DROP, [id])).length === 1
  }

  /** Deletes at most `limit` stays whose token expired so long ago. Returns the rows deleted. */
  async forgetOlderThan(hours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [hours, limit])).length
  }
}
