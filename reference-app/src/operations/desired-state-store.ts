import { DatabaseUnavailableError } from '../platform/database/errors.ts'
import type { ReservedConnection, ReservedTransaction } from '../platform/database/reserved-connection.ts'
import type { AuditEntry } from './audit-entry.ts'
import { writeAuditEntries } from './audit-store.ts'
import type { DesiredSetting, DesiredState } from './desired-state.ts'

/** NOTIFY channel on which changes are announced. */
export const CHANNEL = 'operations_desired'

/** Others may write first; a few instances cannot do so more often. */
const MAX_ATTEMPTS = 10

const READ = 'select version::int, settings from operations_desired'
const WRITE = 'update operations_desired set version = version + 1, settings = $2 where version = $1 returning version'
const RECORDED = 'select id from operations_audit where id = any ($1::uuid[])'
const ANNOUNCE = `notify ${CHANNEL}`

/** What to do about the state that was read: new settings (absent: leave them), rows for the audit. */
export interface Resolution {
  settings?: DesiredState['settings']
  entries: readonly AuditEntry[]
}

/** The desired state in Postgres, over the reserved connection. Throws as that does. */
export class DesiredStateStore {
  private readonly connection: ReservedConnection

  constructor(connection: ReservedConnection) {
    this.connection = connection
  }

  async read(): Promise<DesiredState> {
    return stateOf(await this.connection.query<StateRow>(READ))
  }

  /** Those of which the table has no row. */
  async unrecorded(entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
    const ids = entries.map(({ id }) => id)
    const rows = await this.connection.query<{ id: string }>(RECORDED, [ids])
    const recorded = new Set(rows.map(({ id }) => id))
    return entries.filter(({ id }) => !recorded.has(id))
  }

  /**
   * Reads, decides and writes both parts in one transaction; resolves with the state then. All over again when another
   * instance was faster.
   */
  async resolve(decide: (current: DesiredState) => Resolution): Promise<DesiredState> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const written = await this.connection.transaction((transaction) => resolveOnce(transaction, decide))
      if (written !== undefined) return written
    }
    throw new DatabaseUnavailableError(new Error(`another instance was faster ${MAX_ATTEMPTS} times`))
  }
}

type StateRow = { version: number; settings: Record<string, DesiredSetting> }

function stateOf([row]: StateRow[]): DesiredState {
  if (row === undefined) throw new DatabaseUnavailableError(new Error('the row of the desired state is missing'))
  return row
}

/** Undefined: nothing was written, because the state had changed since it was read. */
async function resolveOnce(
  transaction: ReservedTransaction,
  decide: (current: DesiredState) => Resolution,
): Promise<DesiredState | undefined> {
  const current = stateOf(await transaction.query<StateRow>(READ))
  const { settings, entries } = decide(current)
  if (settings !== undefined) {
    const written = await transaction.query(WRITE, [current.version, JSON.stringify(settings)])
    if (written.length === 0) return undefined
    await transaction.query(ANNOUNCE)
  }
  await writeAuditEntries(transaction, entries)
  return settings === undefined ? current : { version: current.version + 1, settings }
}
