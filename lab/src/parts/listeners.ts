import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { CliError } from '@drillbook/content/errors'
import { processEntry } from '../processes/process-table.ts'
import { PORT_NAMES, type Ports } from './ports.ts'

/** A port of ours on which another process listens already. Owner absent where the system does not tell. */
export interface TakenPort {
  name: string
  port: number
  owner?: { pid: number; command: string }
}

/** Throws `refused`, naming every taken port with its owner. */
export async function refuseTakenPorts(ports: Ports): Promise<void> {
  const taken = await takenPorts(ports)
  if (taken.length === 0) return
  const lines = taken.map(({ name, port, owner }) => {
    const by =
      owner === undefined
        ? 'by a process that this user may not see'
        : `by pid ${owner.pid}: ${owner.command.slice(0, 100)}`
    return `  ${port} (${name}) ${by}`
  })
  throw new CliError(
    'refused',
    [
      `${taken.length === 1 ? 'a port' : `${taken.length} ports`} of the lab ${taken.length === 1 ? 'is' : 'are'} taken:`,
      ...lines,
    ].join('\n'),
    {
      hint: 'Shift every port with --port-offset 100, or one with --port NAME=NUMBER.',
    },
  )
}

export async function takenPorts(ports: Ports): Promise<TakenPort[]> {
  const isTaken = await Promise.all(PORT_NAMES.map((name) => cannotListen(ports[name])))
  const taken = PORT_NAMES.filter((_, i) => isTaken[i])
  const owners = taken.length === 0 ? new Map() : listenerPids()
  return taken.map((name) => {
    const pid: number | undefined = owners.get(ports[name])
    const owner = pid === undefined ? undefined : processEntry(pid)
    return {
      name,
      port: ports[name],
      ...(owner === undefined ? {} : { owner: { pid: owner.pid, command: owner.command } }),
    }
  })
}

function cannotListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(false)))
  })
}

const LISTEN = '0A'

/** Port -> pid of its listener, from the kernel's socket tables and every process's open files that we may read. */
function listenerPids(): Map<number, number> {
  const portOfInode = new Map<string, number>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(table).slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [address, state, inode] = [fields[1], fields[3], fields[9]]
      const port = Number.parseInt(address?.split(':')[1] ?? '', 16)
      if (state === LISTEN && inode !== undefined && !Number.isNaN(port)) portOfInode.set(`socket:[${inode}]`, port)
    }
  }
  const owners = new Map<number, number>()
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of entries(`/proc/${pid}/fd`)) {
      const port = portOfInode.get(target(`/proc/${pid}/fd/${fd}`))
      // Workers share their master's socket; the lowest pid is the one to talk to.
      if (port !== undefined) owners.set(port, Math.min(Number(pid), owners.get(port) ?? Number(pid)))
    }
  }
  return owners
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return [] // this kernel has no such table (no IPv6): nothing listens there
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // ended meanwhile, or another user's
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return '' // closed meanwhile
  }
}
