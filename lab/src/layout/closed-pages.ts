import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What programs get; a write that was under way when the last instance died may have been done. */
const PROBLEM = {
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'no_instance',
  detail:
    'No instance of the service can be reached. A write may have been done: send it again with the same Idempotency-Key.',
}

/**
 * What the gateway answers while no instance of the API is there, for its workers to read: the waiting room's page, and
 * a problem.
 */
export function writeClosedPages(folder: string, checkout: string): void {
  mkdirSync(folder, { mode: 0o755 })
  const page = readFileSync(join(checkout, 'reference-app/src/ticketing/waiting-room/static.html'), 'utf8')
  writeFileSync(join(folder, 'waiting.html'), page, { mode: 0o644 })
  writeFileSync(join(folder, 'problem.json'), `${JSON.stringify(PROBLEM)}\n`, { mode: 0o644 })
}
