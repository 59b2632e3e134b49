import { maskStatement } from './mask-statement.ts'
import { RESERVED_SUFFIX, type ReservedConnection } from './reserved-connection.ts'

/** What one connection to our database is at. */
export interface Session {
  pid: number
  application: string
  /** As Postgres calls it: `active`, `idle`, `idle in transaction`, ... */
  state: string
  /** What it waits for, `Lock:transactionid`; null: for nothing. */
  waitingFor: string | null
  /** Pids that hold the locks it waits for. */
  blockedBy: number[]
  /** Since it connected. Whole seconds, as the others. */
  connectedSeconds: number
  /** Since its transaction began; null: in none. */
  transactionSeconds: number | null
  /** Since its state last changed: for how long it has run its statement, or been idle. */
  stateSeconds: number
  /** The latest, shortened and without any value. */
  statement: string
  /** It cannot be ended here: operators need it. */
  reserved: boolean
}

type Row = Omit<Session, 'statement'> & { query: string }

/** Of other databases, and what the server runs for itself, there is nothing to see here. */
const SESSIONS = `
  select pid, application_name as application, coalesce(state, 'unknown') as state, ${seconds('backend_start')} as "connectedSeconds",
    case when state = 'active' then wait_event_type || ':' || wait_event end as "waitingFor", pg_blocking_pids(pid) as "blockedBy",
    ${seconds('xact_start')} as "transactionSeconds", coalesce(${seconds('state_change')}, 0) as "stateSeconds",
    coalesce(query, '') as query, application_name like '%${RESERVED_SUFFIX}' as reserved
  from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
  order by xact_start nulls last, pid`

/**
 * Ends it in the statement that looks at it: between two, the pid could become somebody else's. Waits for its end for
 * up to a second.
 */
const TERMINATE = `
  with target as (
    select pid, datname is not distinct from current_database() and usename is not distinct from current_user
      and backend_type = 'client backend' and pid <> pg_backend_pid() and application_name not like '%${RESERVED_SUFFIX}' as may_end
    from pg_stat_activity where pid = $1)
  select may_end as "mayEnd", case when may_end then pg_terminate_backend(pid, 1000) else false end as ended from target`

function seconds(since: string): string {
  return `floor(extract(epoch from clock_timestamp() - ${since}))::int`
}

/** Sessions of our database. Throws DatabaseUnavailableError. */
export class SessionStore {
  private readonly connection: ReservedConnection

  constructor(connection: ReservedConnection) {
    this.connection = connection
  }

  /** Those in a transaction first, the oldest first. */
  async list(): Promise<Session[]> {
    const rows = await this.connection.query<Row>(SESSIONS)
    return rows.map(({ query, ...row }) => ({ ...row, statement: maskStatement(query) }))
  }

  /**
   * Undefined: there is none. `mayEnd` false: it was left alone. `ended` false: it was asked to end, and is still
   * there.
   */
  async terminate(pid: number): Promise<{ mayEnd: boolean; ended: boolean } | undefined> {
    const [row] = await this.connection.query<{ mayEnd: boolean; ended: boolean }>(TERMINATE, [pid])
    return row
  }
}
