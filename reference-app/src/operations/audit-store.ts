import type { ReservedConnection, ReservedTransaction } from '../platform/database/reserved-connection.ts'
import type { AuditEntry } from './audit-entry.ts'

const WRITE = `insert into operations_audit (id, at, actor, role, instance, action, before, after)
  select id, at, actor, role, instance, action, before, after from jsonb_to_recordset($1)
    as entry (id uuid, at timestamptz, actor text, role text, instance text, action text, before jsonb, after jsonb)
  on conflict (id) do nothing`

const LATEST = `select id, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    actor, role, instance, action, before, after
  from operations_audit order by operations_audit.at desc, id limit $1`

/** Those that are there already stay as they are. */
export async function writeAuditEntries(
  transaction: ReservedTransaction,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length > 0) await transaction.query(WRITE, [JSON.stringify(entries)])
}

/** The newest first. */
export async function latestAuditEntries(connection: ReservedConnection, limit: number): Promise<AuditEntry[]> {
  return await connection.query<AuditEntry & Record<string, unknown>>(LATEST, [limit])
}
