#!/usr/bin/env node
// Brings what the project needs, on any Node from 20: npm packages (Node 24 among them) and, for `lab`, the programs
// of the lab as Debian packages. Does nothing when nothing is missing. Usage: node cli/bin/set-up.js [lab]
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const say = (text) => process.stderr.write(`${text}\n`)

/** Program -> the Debian package that brings it. The same list as lab/src/parts/programs.ts; a test compares them. */
const PACKAGES = {
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
  nginx: 'nginx-light',
  supervisord: 'supervisor',
  'prometheus-redis-exporter': 'prometheus-redis-exporter',
  'prometheus-postgres-exporter': 'prometheus-postgres-exporter',
  'prometheus-process-exporter': 'prometheus-process-exporter',
  postgres: 'postgresql',
}
/** Debian package -> the services that it enables. */
const SERVICES = {
  'redis-server': ['redis-server'],
  prometheus: ['prometheus'],
  'prometheus-alertmanager': ['prometheus-alertmanager'],
  'nginx-light': ['nginx'],
  supervisor: ['supervisor'],
  'prometheus-redis-exporter': ['prometheus-redis-exporter'],
  'prometheus-postgres-exporter': ['prometheus-postgres-exporter'],
  'prometheus-process-exporter': ['prometheus-process-exporter'],
  postgresql: ['postgresql'],
}
const POLICY = '/usr/sbin/policy-rc.d'
const CREATE_CLUSTER = '/etc/postgresql-common/createcluster.conf'

try {
  installNpmPackages()
  if (process.argv[2] === 'lab') await installPrograms()
} catch (error) {
  say(`drillbook: ${error.message}`)
  process.exitCode = 3
}

function installNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const wanted = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return
  say('drillbook: installing npm packages, Node 24 among them (about half a minute) ...')
  // Not `npm ci`: behind a mirror that lacks other platforms' optional packages it refuses the whole lock file. This
  // takes the versions of the lock file, too, and leaves the file as it is.
  run(['npm', 'install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'], 'npm install failed; see above.')
}

async function installPrograms() {
  const missing = [
    ...new Set(
      Object.entries(PACKAGES)
        .filter(([p]) => !onPath(p))
        .map(([, pkg]) => pkg),
    ),
  ]
  if (missing.length === 0) return
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const may = existsSync('/usr/bin/apt-get') && (sudo.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0)
  if (!may) {
    say(`drillbook: the lab needs programs that are not here. Run this once, then start again:\n\n  sudo ${line}\n`)
    process.exit(3)
  }
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const answer = await terminal.question(
      `drillbook: the lab needs these Debian packages: ${missing.join(' ')}\nInstall them now (no host daemon is started)? [y/N] `,
    )
    terminal.close()
    if (!/^y(es)?$/i.test(answer.trim())) {
      say(`Nothing was installed. The line to run yourself: sudo ${line}`)
      process.exit(3)
    }
  }
  say(`drillbook: installing ${missing.join(' ')} (about a minute) ...`)
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0']
  const apt = (...args) => run([...sudo, ...quiet, ...args], `apt-get failed; try by hand: sudo ${line}`, 'pipe')
  withoutHostDaemons(sudo, () => {
    apt('update')
    apt('-o', 'Dpkg::Options::=--force-confold', 'install', '-y', '--no-install-recommends', ...missing)
  })
  // Nor shall they start with the next boot: the lab runs the programs itself. Without systemd there is nothing to do.
  const services = missing.flatMap((name) => SERVICES[name] ?? [])
  const [program, ...args] = [...sudo, 'systemctl', 'disable', '--quiet', ...services]
  if (services.length > 0) spawnSync(program, args)
}

/** While apt runs, packages may neither start a daemon (policy-rc.d) nor create a database cluster. */
function withoutHostDaemons(sudo, work) {
  const guards = [
    [POLICY, '#!/bin/sh\nexit 101\n', '0755'],
    [
      CREATE_CLUSTER,
      '# By the set-up of drillbook, which brings its own cluster.\ncreate_main_cluster = false\n',
      '0644',
    ],
  ].filter(([file]) => !existsSync(file))
  // Ctrl-C ends apt, and then us, but not before the guard is taken away.
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', ignore)
  try {
    for (const [file, text, mode] of guards) {
      const [program, ...args] = [...sudo, 'install', '-D', '-m', mode, '/dev/stdin', file]
      spawnSync(program, args, { input: text })
    }
    work()
  } finally {
    if (guards.some(([file]) => file === POLICY)) {
      const [program, ...args] = [...sudo, 'rm', '-f', POLICY]
      spawnSync(program, args)
    }
    process.off('SIGINT', ignore).off('SIGTERM', ignore)
  }
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin']
  if (program === 'postgres') {
    for (let major = 30; major >= 15; major--) folders.push(`/usr/lib/postgresql/${major}/bin`)
  }
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Runs to the end; `output` "pipe" shows what it printed only when it failed. Throws then. */
function run([program, ...args], problem, output = 2) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd: root, stdio: ['ignore', output, output] })
  if (status === 0) return
  if (output === 'pipe') process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
  throw new Error(`${problem}${error ? ` (${error.message})` : ''}`)
}
