import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Root } from '@drillbook/content/root'

/**
 * The lab's own folder: outside the checkout, short enough for Unix sockets (supervisord refuses more than about 100
 * characters) and reachable for the postgres user. One per user and checkout; DRILLBOOK_LAB_DIR overrides it.
 */
export function labDir(root: Root, env: Readonly<Record<string, string | undefined>>): string {
  if (env.DRILLBOOK_LAB_DIR) return resolve(env.DRILLBOOK_LAB_DIR)
  const hash = createHash('sha256').update(realpathSync(root.dir)).digest('hex').slice(0, 8)
  return `/var/tmp/drillbook-${userInfo().uid}-${hash}`
}
