import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '../lab-process.ts'
import type { UpLab } from './up-lab.ts'

/** Postgres with its replica, and the two kinds of Redis. */
export function databaseTests(lab: UpLab): void {
  test('has a replica that streams from the primary, refuses writes, and catches up after it was away', async () => {
    const whoAreYou = "select current_setting('cluster_name'), pg_is_in_recovery()"
    const names = [lab.primary(whoAreYou), lab.replica(whoAreYou)]
    expect(names).toEqual(['drillbook-primary|f', 'drillbook-replica|t'])
    lab.primary('create table lab_probe as select 1 as n')
    await until(() => lab.replica("select count(*) from pg_tables where tablename = 'lab_probe'") === '1', 'the table')
    expect(() => lab.replica('insert into lab_probe values (2)')).toThrow(/read-only transaction/)

    lab.supervisorctl('stop', 'postgres-replica')
    lab.primary('insert into lab_probe values (2)')
    expect(lab.primary('select wal_status, safe_wal_size <= 512 * 1024 ^ 2 from pg_replication_slots')).toBe(
      'reserved|t',
    )
    lab.supervisorctl('start', 'postgres-replica')
    await until(() => {
      try {
        return lab.replica('select count(*) from lab_probe') === '2'
      } catch {
        return false // it does not let anybody in yet
      }
    }, 'the row')
    lab.primary('drop table lab_probe')
  })

  test('has a Redis for the waiting room that forgets nothing, apart from the cache', async () => {
    const redis = (port: number, ...args: string[]) =>
      execFileSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' })
        .trim()
        .split('\n')
    const setting = (port: number, name: string) => redis(port, 'CONFIG', 'GET', name)[1]
    const queue = lab.info.ports['redis-queue']
    expect(['maxmemory-policy', 'appendonly'].map((name) => setting(queue, name))).toEqual(['noeviction', 'yes'])
    expect(setting(lab.info.ports['redis-cache'], 'maxmemory-policy')).toBe('allkeys-lru')
    redis(queue, 'SET', 'lab-probe', '1')
    lab.supervisorctl('restart', 'redis-queue')
    await until(() => {
      try {
        return redis(queue, 'GET', 'lab-probe')[0] === '1'
      } catch {
        return false // it does not listen yet
      }
    }, 'what was there before')
    expect(redis(lab.info.ports['redis-cache'], 'EXISTS', 'lab-probe')).toEqual(['0'])
    redis(queue, 'DEL', 'lab-probe')
  })

  test("tells the primary's processes from the replica's", async () => {
    for (const [group, folder] of [
      ['drillbook-primary', 'postgres'],
      ['drillbook-replica', 'postgres-replica'],
    ] as const) {
      const counted = new RegExp(`^namedprocess_namegroup_num_procs{groupname="${group}"} (\\d+)`, 'm')
      const postmaster = readFileSync(join(lab.dir, folder, 'data/postmaster.pid'), 'utf8').split('\n')[0] ?? ''
      // Connections come and go between the two looks.
      await until(async () => {
        const text = await (await fetch(`http://127.0.0.1:${lab.info.ports['process-exporter']}/metrics`)).text()
        const children = execFileSync('ps', ['-o', 'pid=', '--ppid', postmaster], { encoding: 'utf8' }).trim()
        const count = Number(counted.exec(text)?.[1] ?? 0)
        return count > 3 && count === 1 + children.split('\n').length
      }, `as many processes of ${group} as its postmaster has`)
    }
  })
}
