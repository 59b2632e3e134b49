import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export interface PostgresServer {
  /** Connection string of an empty database. */
  url: string
  stop(): Promise<void>
}

/**
 * A real Postgres of one's own in a folder below /var/tmp, on a free port; as the user postgres when we are root, which
 * it refuses. Its messages are English whatever the machine's language is.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync('/var/tmp/instrumentation-postgres-')
  const user = process.getuid?.() === 0 ? owner() : undefined
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = `${folder}/data`
  const options = { ...user, cwd: folder }
  execFileSync(
    binary('initdb'),
    ['--no-sync', '-E', 'UTF8', '--locale=C', '-A', 'trust', '-U', 'postgres', '-D', data],
    {
      ...options,
      stdio: 'pipe',
    },
  )
  const port = await freePort()
  const settings = ['-c', 'fsync=off', '-c', `unix_socket_directories=${folder}`, '-c', 'listen_addresses=127.0.0.1']
  const server = spawn(binary('postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...options,
    stdio: 'ignore',
  })
  await accepts(port)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const exit = once(server, 'exit')
      server.kill('SIGQUIT')
      await exit
      rmSync(folder, { recursive: true })
    },
  }
}

function owner(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function binary(name: string): string {
  const debian = globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1)
  return debian !== undefined && existsSync(debian) ? debian : name
}

/** An open port is not enough: while it starts up, Postgres accepts connections in order to refuse them. */
async function accepts(port: number): Promise<void> {
  const ready = () => spawnSync(binary('pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(25)) {
    if (ready()) return
  }
  throw new Error(`no Postgres accepts connections on port ${port}`)
}
