import { chownSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Secrets } from '../layout/secrets.ts'
import type { ServiceUser } from '../layout/service-user.ts'
import { type RunProgramOptions, runProgram } from '../processes/run-program.ts'

export interface PostgresFolder {
  /** The lab's `postgres/`: data below, the socket beside. */
  dir: string
  /** The `postgres` program; initdb lies beside it. */
  postgres: string
  user: ServiceUser | undefined
  /** The files that replace those of initdb. */
  config: Readonly<Record<string, string>>
  /** A copy of the cluster, made before any write: from the first start on it follows what the primary does. */
  replica: { dir: string; config: Readonly<Record<string, string>> }
  secrets: Secrets
  env: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** Makes the cluster with the database `drillbook`, the application's role and the exporter's. Nothing listens yet. */
export async function createCluster(folder: PostgresFolder): Promise<void> {
  const { dir, user, env, signal } = folder
  makeFolder(dir, user)
  const data = join(dir, 'data')
  const as = { env, cwd: dir, timeoutMs: 60_000, uid: user?.uid, gid: user?.gid, signal }
  const initdb = join(dirname(realpathSync(folder.postgres)), 'initdb')
  await runProgram(
    initdb,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C',
      '--auth-local=peer',
      '--auth-host=scram-sha-256',
      '--no-sync',
      '--no-instructions',
    ],
    as,
  )
  writeConfig(data, folder.config, user)
  // Single-user mode needs no server and no connection, and takes a statement a line. Passwords go through stdin: an
  // argument list is readable by all users.
  const statements = [
    `CREATE ROLE drillbook LOGIN PASSWORD '${folder.secrets.database}'`,
    `CREATE ROLE monitor LOGIN PASSWORD '${folder.secrets.monitor}' IN ROLE pg_monitor`,
    `CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${folder.secrets.replicator}'`,
    'CREATE DATABASE drillbook OWNER drillbook',
  ]
  await runProgram(folder.postgres, ['--single', '-D', data, 'template1'], {
    ...as,
    input: `${statements.join('\n')}\n`,
  })
  await copyCluster(data, folder, as)
}

/** The slot comes after the copy: in the replica it would keep WAL for ever, unused. It reserves WAL from here on. */
async function copyCluster(data: string, folder: PostgresFolder, as: RunProgramOptions): Promise<void> {
  const { dir, config } = folder.replica
  makeFolder(dir, folder.user)
  const copy = join(dir, 'data')
  await runProgram('cp', ['-a', data, copy], as)
  writeConfig(copy, config, folder.user)
  const slot = "SELECT pg_create_physical_replication_slot('replica', true)\n"
  await runProgram(folder.postgres, ['--single', '-D', data, 'template1'], { ...as, input: slot })
}

function makeFolder(dir: string, user: ServiceUser | undefined): void {
  mkdirSync(dir, { mode: 0o700 })
  if (user !== undefined) chownSync(dir, user.uid, user.gid)
}

function writeConfig(data: string, config: Readonly<Record<string, string>>, user: ServiceUser | undefined): void {
  for (const [name, text] of Object.entries(config)) {
    const file = join(data, name)
    writeFileSync(file, text, { mode: 0o600 })
    if (user !== undefined) chownSync(file, user.uid, user.gid)
  }
}
