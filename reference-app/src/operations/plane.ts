import type { Logger } from '@drillbook/instrumentation'
import type { Action, View } from '../platform/controls/action.ts'
import { type SettingRoute, settingsOf } from '../platform/controls/setting.ts'
import type { Notifications } from '../platform/database/notifications.ts'
import type { ReservedConnection } from '../platform/database/reserved-connection.ts'
import { Problem } from '../platform/problem/problem.ts'
import { latestAuditEntries } from './audit-store.ts'
import { AuditTrail } from './audit-trail.ts'
import { CHANNEL, DesiredStateStore } from './desired-state-store.ts'
import { OperationsEvents } from './events.ts'
import type { Tokens } from './operator.ts'
import { RememberedState } from './remembered-state.ts'
import { Settings } from './settings.ts'

export interface PlaneParts {
  instance: string
  version: string
  /** The plane's own; closed with it. */
  connection: ReservedConnection
  /** Started and closed by its creator. */
  notifications: Notifications
  auditFile: string
  tokens: Tokens
  logger: Logger
  settings: readonly SettingRoute[]
  actions: readonly Action<unknown>[]
  views: readonly View[]
  /** What GET /state says beyond what the plane knows. */
  describe: () => object
}

/** What operators can see and change on one process, assembled for its operations port. */
export interface Plane extends PlaneParts {
  state: Settings
  trail: AuditTrail
  /** Takes the desired state, if Postgres answers within 2 s: before the process says that it is ready. */
  begin(): Promise<void>
  close(): Promise<void>
}

const AUDIT_LIMIT = { default: 50, max: 1_000 }

export function createPlane(parts: PlaneParts): Plane {
  const { instance, connection, auditFile, logger, settings, views, notifications } = parts
  const events = new OperationsEvents(logger)
  const trail = new AuditTrail(auditFile, events)
  const store = new DesiredStateStore(connection)
  const remembered = new RememberedState(`${auditFile}.seen`)
  const state = new Settings({ instance, settings: settingsOf(settings), store, trail, remembered, events })
  const sync = () => void state.sync()
  notifications.subscribe(CHANNEL, { notified: sync, connected: sync })
  const audit: View = {
    path: '/audit',
    does: `the last changes by anybody, the newest first; \`?limit=\` up to ${AUDIT_LIMIT.max} (${AUDIT_LIMIT.default})`,
    show: ({ limit }) => latestAuditEntries(connection, limitOf(limit)),
  }
  return {
    ...parts,
    views: [...views, audit],
    state,
    trail,
    begin: () => state.begin(),
    close: async () => {
      state.stop()
      await connection.close()
    },
  }
}

function limitOf(text: unknown): number {
  if (text === undefined) return AUDIT_LIMIT.default
  const limit = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= AUDIT_LIMIT.max) return limit
  throw new Problem('invalid_request', `limit must be a whole number from 1 to ${AUDIT_LIMIT.max}.`)
}
