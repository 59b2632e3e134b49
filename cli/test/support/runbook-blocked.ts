import { OUTAGE } from './drillbook-folder.ts'

const STEPS = `### Tell the causes apart

- **Why:** each has its own remedy.
- **Method:** count who waits for a lock.
- **Goal:** you know the cause.

\`\`\`promql {"name":"blocked-by-session","expect":"> 0","decides":"true"}
lock_waits
\`\`\`

\`\`\`sh {"name":"faults","kind":"check","decides":"true"}
drillbook query up --expect '== 1'
\`\`\`

### End the session

- **Why:** it holds the lock.
- **Method:** end it.
- **Goal:** nobody waits.

\`\`\`sh {"name":"list-sessions","kind":"check","when":"blocked-by-session"}
drillbook act list-sessions
\`\`\`

\`\`\`sh {"name":"end-session","kind":"act","when":"blocked-by-session"}
drillbook act end-session --param pid='\${list-sessions.rows.0.pid}'
\`\`\`

### Grow the pool

- **Why:** it is too small.
- **Method:** a setting.
- **Goal:** nobody waits.

\`\`\`sh {"name":"grow-pool","kind":"act","when":"not blocked-by-session"}
drillbook act grow-pool
\`\`\`

`

/** The runbook `outage` with two causes of one symptom instead of the step "Use the spare". */
export const BLOCKED = OUTAGE.replace(/### Use the spare[\s\S]*?(?=## Short term)/, () => STEPS).replace(
  /```sh {"name":"repair"[\s\S]*?```\n/,
  '',
)

/** What it needs; only `list-sessions` reads. */
export const BLOCKED_ACTIONS = `  list-sessions: { ops: { method: GET, path: /sessions }, reads: true }
  end-session: { ops: { method: DELETE, path: "/sessions/\${pid}" }, params: { pid: { type: integer, min: 1 } } }
  grow-pool: { ops: { method: PUT, path: /pool, json: { max: 20 } } }`
