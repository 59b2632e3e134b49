import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Random for each lab; kept in files that only their owner may read, and printed nowhere. */
export interface Secrets {
  /** Passwords of the database roles: the application's, the exporters', the replica's. */
  database: string
  monitor: string
  replicator: string
}

/**
 * Writes `secrets/`: ops, ops-viewer, keeper, queue-token, payment-provider (its knobs), slack (the whole webhook URL),
 * database, monitor, replicator.
 */
export function writeSecrets(dir: string, slackPort: number): Secrets {
  const secrets = { database: random(), monitor: random(), replicator: random() }
  const letters = (length: number) =>
    random()
      .replace(/[^A-Za-z0-9]/g, '')
      .toUpperCase()
      .slice(0, length)
  const webhook = `http://127.0.0.1:${slackPort}/services/T${letters(8)}/B${letters(8)}/${random().replace(/[_-]/g, '').slice(0, 24)}`
  const tokens = ['ops', 'ops-viewer', 'keeper', 'queue-token', 'payment-provider'].map((name) => [name, random()])
  const files: Record<string, string> = { ...Object.fromEntries(tokens), slack: webhook, ...secrets }
  mkdirSync(join(dir, 'secrets'), { mode: 0o700 })
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, 'secrets', name), `${text}\n`, { mode: 0o600, flag: 'wx' })
  }
  return secrets
}

/** 256 bits, in characters that need no quoting anywhere. */
function random(): string {
  return randomBytes(32).toString('base64url')
}
