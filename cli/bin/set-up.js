#!/usr/bin/env node
// Brings what the project needs, on any Node from 20: npm packages (Node 24 among them) and, for `lab`, the programs
// of the lab as Debian packages. Does nothing when nothing is missing. Usage: node cli/bin/set-up.js [lab]
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'

const root = resolve(new URL('../..', import.meta.url).pathname)
const say = (text) => process.stderr.write(`${text}\n`)

/** Program -> the Debian package that brings it. The same list as cli/src/lab/programs.ts; a test compares them. */
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
  postgres: 'postgresql',
}
const POLICY = '/usr/sbin/policy-rc.d'
const CREATE_CLUSTER = '/etc/postgresql-common/createcluster.conf'

installNpmPackages()
if (process.argv[2] === 'lab') await installPrograms()

function installNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const wanted = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return
  say('drillbook: installing npm packages, Node 24 among them (about half a minute) ...')
  // Not `npm ci`: behind a mirror that lacks other platforms' optional packages it refuses the whole lock file. This
  // takes the versions of the lock file, too, and leaves the file as it is.
  run('npm', ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'], 'npm install failed; see above.')
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
  say(`drillbook: installing ${missing.join(' ')} ...`)
  withoutHostDaemons(sudo, () => {
    const apt = (...args) => [
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-qq',
      '-o',
      'Dpkg::Use-Pty=0',
      ...args,
    ]
    const quietly = (argv, problem) => run(argv[0], argv.slice(1), problem, ['ignore', 'ignore', 'inherit'])
    quietly(apt('update'), 'apt-get update failed; see above.')
    quietly(
      apt('-o', 'Dpkg::Options::=--force-confold', 'install', '-y', '--no-install-recommends', ...missing),
      `apt-get failed; try by hand: sudo ${line}`,
    )
  })
}

/** While apt runs, packages may neither start a daemon (policy-rc.d) nor create a database cluster. */
function withoutHostDaemons(sudo, work) {
  const guards = [
    [POLICY, '#!/bin/sh\nexit 101\n', '0755'],
    [CREATE_CLUSTER, 'create_main_cluster = false\n', '0644'],
  ].filter(([file]) => !existsSync(file))
  for (const [file, text, mode] of guards) {
    if (sudo.length === 0) {
      spawnSync('mkdir', ['-p', join(file, '..')])
      writeFileSync(file, text, { mode: Number.parseInt(mode, 8) })
    } else {
      spawnSync('sudo', ['-n', 'install', '-D', '-m', mode, '/dev/stdin', file], { input: text })
    }
  }
  try {
    work()
  } finally {
    if (guards.some(([file]) => file === POLICY)) {
      if (sudo.length === 0) rmSync(POLICY, { force: true })
      else spawnSync('sudo', ['-n', 'rm', '-f', POLICY])
    }
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

function run(program, args, problem, stdio = ['ignore', 2, 'inherit']) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio })
  if (status === 0) return
  say(`drillbook: ${problem}${error ? ` (${error.message})` : ''}`)
  process.exit(3)
}
