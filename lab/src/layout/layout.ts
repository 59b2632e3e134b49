import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { fill } from '@drillbook/content/text/fill'
import { API_INSTANCES, DEFAULT_API_INSTANCES, gatewayServers, instanceTargets } from '../parts/api-instances.ts'
import type { Ports } from '../parts/ports.ts'
import { labPath, type ProgramPaths } from '../parts/programs.ts'
import { LAB_MARK } from '../processes/own-processes.ts'
import type { PostgresFolder } from '../starting/postgres.ts'
import { apiEnvironment, workerEnvironment } from './app-environment.ts'
import { writeClosedPages } from './closed-pages.ts'
import { resolveEnvironmentFile } from './environment-file.ts'
import { forSupervisor } from './for-supervisor.ts'
import { type LabRules, labRules } from './rules.ts'
import { writeSecrets } from './secrets.ts'
import { serviceUser } from './service-user.ts'

export interface LayoutOptions {
  root: Root
  /** Writes the alert rules for the lab. Throws `usage` for mistakes in them. */
  compileRules: (rules: LabRules) => void
  dir: string
  /** The checkout that this package lies in: the lab runs its reference application. */
  checkout: string
  programs: ProgramPaths
  ports: Ports
  speed: number
  journeysPerSecond: number
  env: Readonly<Record<string, string | undefined>>
}

/**
 * Prometheus's lookback of five minutes, after which a stale value is gone, divided by the speed like all durations.
 */
const LOOKBACK_SECONDS = 300

const FOLDERS = [
  'alertmanager',
  'audit',
  'heap',
  'keeper',
  'logs',
  'nginx',
  'payment-provider',
  'prometheus/targets',
  'redis-cache',
  'redis-cache-standby',
  'redis-queue',
  'run',
  'slack',
  'tmp',
]

const REDIS_SERVERS = ['redis-cache', 'redis-cache-standby', 'redis-queue']

/** What it takes to start what the files describe. */
export interface Layout {
  /** The environment of every process, the lab's mark in it. */
  processEnv: Record<string, string>
  /** With the application's password. */
  databaseUrl: string
  postgres: Omit<PostgresFolder, 'env' | 'signal'>
}

/** Writes every file of the lab but the database. Throws `usage` for mistakes in alert rules and environment. */
export function writeLayout(options: LayoutOptions): Layout {
  const { root, dir, checkout, ports, speed, programs } = options
  for (const folder of FOLDERS) mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 })
  chmodSync(join(dir, 'nginx'), 0o711) // its workers are another user's when root runs the lab
  const secrets = writeSecrets(dir, ports.slack)
  const users = {
    postgres: serviceUser(['postgres']),
    redis: serviceUser(['redis', 'nobody']),
    nginx: serviceUser(['www-data', 'nginx', 'nobody']),
  }
  for (const name of REDIS_SERVERS) {
    if (users.redis !== undefined) chownSync(join(dir, name), users.redis.uid, users.redis.gid)
  }
  const portValues = Object.fromEntries(Object.entries(ports).map(([name, port]) => [`port.${name}`, String(port)]))
  const values = { lab: dir, drillbook: join(checkout, 'cli/bin/drillbook.js'), ...portValues }
  const template = (name: string, more: Record<string, string | number> = {}) => {
    const file = join(checkout, 'lab', name)
    return fill(readTemplate(file), { ...values, ...more }, file)
  }
  const databaseUrl = `postgres://drillbook:${secrets.database}@127.0.0.1:${ports.postgres}/drillbook`
  const write = (name: string, text: string, mode = 0o600) => writeFileSync(join(dir, name), text, { mode })
  const asUser = (user: { name: string } | undefined) => (user === undefined ? '' : `user=${user.name}`)
  const processEnv = {
    PATH: labPath(options.env),
    LANG: 'C.UTF-8',
    HOME: dir,
    TMPDIR: join(dir, 'tmp'),
    // Else the C library keeps memory ready for every thread of every Node: some 50 MB in all.
    MALLOC_ARENA_MAX: '2',
    GOGC: '50', // Prometheus and the exporters collect sooner than at twice what they need
    [LAB_MARK]: dir,
  }

  const node = { node: forSupervisor(process.execPath), checkout: forSupervisor(checkout) }
  const apiPrograms = API_INSTANCES.map(({ port, opsPort }, i) =>
    template('supervisord-api.conf', {
      ...node,
      n: i + 1,
      'api.port': ports[port],
      'api.opsPort': ports[opsPort],
      'api.environment': apiEnvironment(options, databaseUrl),
      'program.defaults': PROGRAM_DEFAULTS,
    }),
  )
  write(
    'supervisord.conf',
    template('supervisord.conf', {
      ...node,
      runbooks: forSupervisor(root.runbooks),
      'supervisord.user': process.getuid?.() === 0 ? 'user=root' : '',
      'user.postgres': asUser(users.postgres),
      'user.redis': asUser(users.redis),
      'program.defaults': PROGRAM_DEFAULTS,
      'secret.monitor': secrets.monitor,
      'api.programs': apiPrograms.join('\n'),
      'worker.environment': workerEnvironment(options, databaseUrl),
      journeysPerSecond: options.journeysPerSecond,
      lookback: `${Math.max(10, Math.ceil(LOOKBACK_SECONDS / speed))}s`,
      ...Object.fromEntries(Object.entries(programs).map(([name, path]) => [`program.${name}`, forSupervisor(path)])),
    }),
  )
  write(
    'nginx.conf',
    template('nginx.conf', { 'nginx.user': users.nginx === undefined ? '' : `user ${users.nginx.name};` }),
  )
  for (const name of REDIS_SERVERS) {
    write(`${name}/redis.conf`, template(`${name}.conf`))
    if (users.redis !== undefined) chownSync(join(dir, name, 'redis.conf'), users.redis.uid, users.redis.gid)
  }
  writeClosedPages(join(dir, 'nginx/closed'), checkout)
  write('nginx/instances.conf', gatewayServers(ports, DEFAULT_API_INSTANCES))
  write('prometheus/targets/lab.yaml', template('targets/lab.yaml'))
  write('prometheus/targets/api.yaml', instanceTargets(ports, DEFAULT_API_INSTANCES))
  write('postgres-replica-queries.yaml', template('postgres-replica-queries.yaml'))
  write('process-exporter.yaml', template('process-exporter.yaml', { 'lab.pattern': dir.replace(/[.+]/g, '[$&]') }))
  options.compileRules(labRules(dir, ports, speed))
  write('environment.yaml', resolveEnvironmentFile(root, values, speed))
  const server = (role: string, port: number, folder: string) =>
    template('postgresql.conf', {
      'postgres.role': role,
      'postgres.port': port,
      'postgres.folder': join(dir, folder),
    })
  return {
    processEnv,
    databaseUrl,
    postgres: {
      dir: join(dir, 'postgres'),
      postgres: programs.postgres,
      user: users.postgres,
      config: {
        'postgresql.conf': server('primary', ports.postgres, 'postgres'),
        'pg_hba.conf': template('pg_hba.conf'),
      },
      replica: {
        dir: join(dir, 'postgres-replica'),
        config: {
          'postgresql.conf':
            server('replica', ports['postgres-replica'], 'postgres-replica') +
            template('postgresql-replica.conf', { 'secret.replicator': secrets.replicator }),
          'standby.signal': '',
        },
      },
      secrets,
    },
  }
}

/** What dies is started again; only five deaths right after the start are too many. Logs stay below 4 MB each. */
const PROGRAM_DEFAULTS = `autostart=false
autorestart=true
startsecs=1
startretries=5
killasgroup=true
redirect_stderr=true
stdout_logfile_maxbytes=2MB
stdout_logfile_backups=1`

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError('usage', `the lab's template ${file} cannot be read`, {
      cause: error,
      hint: 'The lab runs from a checkout of drillbook: it needs lab/ and reference-app/.',
    })
  }
}
