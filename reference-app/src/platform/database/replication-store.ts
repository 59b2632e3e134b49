import type { ReservedConnection } from './reserved-connection.ts'

/** Positions in the write-ahead log, in bytes since its beginning. Throws DatabaseUnavailableError. */
export class ReplicationStore {
  private readonly primary: ReservedConnection
  private readonly replica: ReservedConnection

  constructor(primary: ReservedConnection, replica: ReservedConnection) {
    this.primary = primary
    this.replica = replica
  }

  /** What the primary has written. Undefined: it is no primary now. */
  async written(): Promise<bigint | undefined> {
    return await position(
      this.primary,
      `select case when not pg_is_in_recovery() then pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text end as position`,
    )
  }

  /** What the replica has replayed, and shows to those who read. Undefined: it is no replica now. */
  async replayed(): Promise<bigint | undefined> {
    return await position(
      this.replica,
      `select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text end as position`,
    )
  }
}

async function position(connection: ReservedConnection, text: string): Promise<bigint | undefined> {
  const [row] = await connection.query<{ position: string | null }>(text)
  return row?.position == null ? undefined : BigInt(row.position)
}
