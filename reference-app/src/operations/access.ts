import type { Role } from './operator.ts'

/** `nobody`: no valid token was sent. */
type Caller = Role | 'nobody'

const ANYBODY: readonly Caller[] = ['nobody', 'viewer', 'operator']
const READERS: readonly Caller[] = ['viewer', 'operator']
const OPERATORS: readonly Caller[] = ['operator']

/** The roles that may use each route of an operations port. A route that is not listed is forbidden. */
export const ACCESS: Readonly<Record<string, readonly Caller[]>> = {
  'GET /healthz': ANYBODY,
  'GET /readyz': ANYBODY,
  'GET /metrics': ANYBODY,

  'GET /state': READERS,
  'GET /audit': READERS,
  'GET /cache/warm-up': READERS,
  'GET /database/sessions': READERS,
  'GET /heap': READERS,
  'GET /jobs': READERS,
  'GET /statistics/sales': READERS,

  'PUT /banner': OPERATORS,
  'PUT /cache/bypass': OPERATORS,
  'PUT /cache/source': OPERATORS,
  'PUT /database/pool': OPERATORS,
  'PUT /database/reads': OPERATORS,
  'PUT /drain': OPERATORS,
  'PUT /drills/delay': OPERATORS,
  'PUT /drills/failing-share': OPERATORS,
  'PUT /jobs/{job}': OPERATORS,
  'PUT /payments/provider': OPERATORS,
  'PUT /load-shedding': OPERATORS,
  'PUT /protection': OPERATORS,
  'PUT /tracing': OPERATORS,
  'PUT /routes/{operation}': OPERATORS,
  'PUT /waiting-room': OPERATORS,

  'POST /cache/clear': OPERATORS,
  'POST /cache/warm-up': OPERATORS,
  'POST /heap/snapshot': OPERATORS,
  'POST /waiting-room/restore': OPERATORS,
  'DELETE /database/sessions/{pid}': OPERATORS,
}
