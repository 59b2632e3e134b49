import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { UpLab } from './up-lab.ts'

/** What everybody sees of it: on the terminal, in its folder and on its ports. */
export function wholeLabTests(lab: UpLab): void {
  test('says on stdout where it is and what it took, in less than a gigabyte, and on stderr how each part came up', () => {
    expect(lab.info).toMatchObject({ dir: lab.dir, phase: 'up', speed: 10, journeysPerSecond: 60, dataSet: 'small' })
    expect(lab.info.memoryBytes).toBeGreaterThan(100e6)
    expect(lab.info.memoryBytes).toBeLessThan(1e9)
    expect(lab.up.stderr).toMatch(/redis-cache .* s\n/)
    expect(lab.up.stderr).toMatch(/cache warm .* s\n/)
  })

  test('shows every part healthy, with its ports and its memory', async () => {
    const found = await lab.healthy()
    expect(found.parts.filter((p) => !p.healthy)).toEqual([])
    expect(found.parts.map((p) => p.name).sort()).toEqual(
      [
        'alertmanager api-1 api-2 keeper nginx postgres postgres-exporter postgres-replica postgres-replica-exporter',
        'payment-provider-primary payment-provider-secondary process-exporter prometheus redis-cache redis-cache-standby redis-exporter redis-queue slack traffic worker',
      ]
        .join(' ')
        .split(' ')
        .sort(),
    )
    for (const part of found.parts) expect([part.name, part.memoryBytes > 1e6]).toEqual([part.name, true])
  })

  test('listens on loopback only', () => {
    const ports = Object.entries(lab.info.ports)
      .filter(([name]) => !/-[34]$/.test(name)) // those of instances that `lab scale` may start
      .map(([, port]) => port.toString(16).toUpperCase().padStart(4, '0'))
    const listening = ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((table) => (existsSync(table) ? readFileSync(table, 'utf8').split('\n').slice(1) : []))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && ports.includes(fields[1]?.split(':')[1] ?? ''))
    // The API opens several sockets for one port.
    expect(new Set(listening.map((fields) => fields[1])).size).toBe(ports.length)
    for (const fields of listening) expect(fields[1]).toMatch(/^0100007F:/)
  })

  test('keeps its secrets in files of its owner, and prints them nowhere', () => {
    const folder = join(lab.dir, 'secrets')
    const names = readdirSync(folder)
    expect(names.sort()).toEqual([
      ...[
        'database',
        'keeper',
        'monitor',
        'ops',
        'ops-viewer',
        'payment-provider',
        'queue-token',
        'replicator',
        'slack',
      ],
    ])
    const logs = readdirSync(join(lab.dir, 'logs')).map((name) => readFileSync(join(lab.dir, 'logs', name), 'utf8'))
    for (const name of names) {
      const secret = readFileSync(join(folder, name), 'utf8').trim()
      expect(secret.length).toBeGreaterThan(40)
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
      expect([name, [lab.up.stdout, lab.up.stderr, ...logs].some((text) => text.includes(secret))]).toEqual([
        name,
        false,
      ])
    }
    expect(statSync(join(lab.dir, 'supervisord.conf')).mode & 0o077).toBe(0)
  })

  test('asks for a password even on loopback: nobody gets into the database without one', () => {
    const psql = () =>
      execFileSync(
        'psql',
        ['-w', '-h', '127.0.0.1', '-p', String(lab.info.ports.postgres), '-U', 'postgres', '-c', 'SELECT 1'],
        {
          stdio: 'pipe',
        },
      )
    expect(psql).toThrow(/no password supplied/)
  })

  test('has resolved its environment: no placeholder of the lab is left, those of actions are', () => {
    const text = readFileSync(join(lab.dir, 'environment.yaml'), 'utf8')
    expect(text).not.toMatch(/\$\{(lab|port\.)|resolvedBy/)
    expect(text).toContain('speed: 10')
    expect(text).toContain(`\${message}`)
  })

  test('is not started twice: the second is refused with the reason, and does the first no harm', async () => {
    const second = await lab.run('lab', 'up')
    expect(second.status).toBe(4)
    expect(second.stderr).toContain(`the lab is up already, since ${lab.info.startedAt}`)
    expect((await lab.healthy()).state).toBe('up')
    expect(existsSync(join(lab.dir, 'lab.json'))).toBe(true)
  })
}
