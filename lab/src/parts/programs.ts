import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CliError } from '@drillbook/content/errors'

/** A program of the lab: the names it goes by (Debian's first), and the Debian package that brings it. */
const PROGRAMS = {
  'redis-server': { names: ['redis-server'], debianPackage: 'redis-server' },
  'redis-cli': { names: ['redis-cli'], debianPackage: 'redis-tools' },
  prometheus: { names: ['prometheus'], debianPackage: 'prometheus' },
  promtool: { names: ['promtool'], debianPackage: 'prometheus' },
  'prometheus-alertmanager': {
    names: ['prometheus-alertmanager', 'alertmanager'],
    debianPackage: 'prometheus-alertmanager',
  },
  amtool: { names: ['amtool'], debianPackage: 'prometheus-alertmanager' },
  nginx: { names: ['nginx'], debianPackage: 'nginx-light' },
  supervisord: { names: ['supervisord'], debianPackage: 'supervisor' },
  'prometheus-redis-exporter': {
    names: ['prometheus-redis-exporter', 'redis_exporter'],
    debianPackage: 'prometheus-redis-exporter',
  },
  'prometheus-postgres-exporter': {
    names: ['prometheus-postgres-exporter', 'postgres_exporter'],
    debianPackage: 'prometheus-postgres-exporter',
  },
  'prometheus-process-exporter': {
    names: ['prometheus-process-exporter', 'process-exporter'],
    debianPackage: 'prometheus-process-exporter',
  },
  postgres: { names: ['postgres'], debianPackage: 'postgresql' },
} as const

export type Program = keyof typeof PROGRAMS
/** The absolute path of each program. */
export type ProgramPaths = Record<Program, string>

type Env = Readonly<Record<string, string | undefined>>

/** What the lab needs and this machine has not; empty when it can start. @default folders: PATH and the system's */
export function missingPrograms(
  env: Env,
  folders: readonly string[] = searchFolders(env),
): { program: Program; debianPackage: string }[] {
  return names()
    .filter((program) => findProgram(program, folders) === undefined)
    .map((program) => ({ program, debianPackage: PROGRAMS[program].debianPackage }))
}

/** The path of each. Throws `unreachable` naming every missing program, with the one line that installs them all. */
export function findPrograms(env: Env, folders: readonly string[] = searchFolders(env)): ProgramPaths {
  const missing = missingPrograms(env, folders)
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((m) => m.debianPackage))]
    const programs = missing.map((m) => m.program).join(', ')
    throw new CliError('unreachable', `the lab needs programs that are not here: ${programs}`, {
      hint: `On Debian: apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    })
  }
  return Object.fromEntries(names().map((program) => [program, findProgram(program, folders)])) as ProgramPaths
}

/** PATH as the lab's own processes get it: a normal user's lacks the folders where nginx lives. */
export function labPath(env: Env): string {
  const own = (env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'))
  return [...new Set([...own, ...SYSTEM_FOLDERS])].join(delimiter)
}

const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin']

function searchFolders(env: Env): string[] {
  return [...labPath(env).split(delimiter), ...postgresFolders()]
}

function names(): Program[] {
  return Object.keys(PROGRAMS) as Program[]
}

function findProgram(program: Program, folders: readonly string[]): string | undefined {
  return PROGRAMS[program].names.flatMap((name) => folders.map((f) => join(f, name))).find(isExecutable)
}

/**
 * Debian keeps each major version of Postgres in a folder of its own; 15 is the oldest that we run on. Newest first.
 */
function postgresFolders(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql')
      .map(Number)
      .filter((major) => major >= 15)
      .sort((a, b) => b - a)
      .map((major) => `/usr/lib/postgresql/${major}/bin`)
  } catch {
    return [] // not a Debian: PATH decides
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
