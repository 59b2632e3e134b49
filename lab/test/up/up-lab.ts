import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import type { LabInfo } from '../../src/folder/lab-file.ts'
import type { LabStatus } from '../../src/status.ts'
import { type Ended, freeOffset, TestLab, until } from '../lab-process.ts'

/** For whatever starts or ends a lab on a busy machine. Milliseconds. */
export const LAB_LIMIT = 150_000

/** A lab that is up, shared by all tests of one file: starting it takes eight seconds. */
export class UpLab extends TestLab {
  /** What `lab up` printed. */
  up: Ended = { status: null, stdout: '', stderr: '' }

  async bringUp(): Promise<void> {
    this.up = await this.run('lab', 'up', '--port-offset', await freeOffset(), '--json')
    if (this.up.status !== 0) throw new Error(this.up.stderr)
  }

  get info(): LabInfo {
    return JSON.parse(this.up.stdout)
  }

  /** A read of the API that needs nothing but an instance. */
  gateway(): string {
    return `http://127.0.0.1:${this.info.ports.gateway}/api/v1/banner`
  }

  /**
   * What that read comes to: its status, or the code of the problem that is answered: `overloaded` by an instance that has too much to do. Rejects
   * when it is lost on the way.
   */
  async read(): Promise<number | string> {
    const response = await fetch(this.gateway())
    if (response.ok) return response.status
    const { code } = (await response.json().catch(() => ({}))) as { code?: string }
    return code ?? response.status
  }

  /** As soon as every part is healthy: each has a second to answer, which is little while it is busy. */
  async healthy(): Promise<LabStatus> {
    let answer = this.up
    await until(
      async () => {
        answer = await this.run('lab', 'status', '--json')
        return answer.status === 0
      },
      'every part healthy',
      120_000,
    )
    expect(answer.stderr).toBe('')
    return JSON.parse(answer.stdout)
  }

  /** What supervisord has written down. */
  journal(): string {
    return readFileSync(join(this.dir, 'logs/supervisord.log'), 'utf8')
  }

  supervisorctl(...args: string[]): string {
    return execFileSync('supervisorctl', ['-c', join(this.dir, 'supervisord.conf'), ...args], { encoding: 'utf8' })
  }

  /** Waits until the instance of the API says so. */
  async ready(number: 1 | 2 | 3 | 4): Promise<void> {
    const url = `http://127.0.0.1:${this.info.ports[`ops-${number}`]}/readyz`
    await until(async () => (await fetch(url).catch(() => null))?.ok === true, `api-${number}`)
  }

  /** The first sample of an instant query. */
  async query(promql: string): Promise<number | undefined> {
    const url = `http://127.0.0.1:${this.info.ports.prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`
    const { data } = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } }
    const sample = data.result[0]
    return sample === undefined ? undefined : Number(sample.value[1])
  }

  primary(statement: string): string {
    return this.psql(this.info.ports.postgres, statement)
  }

  replica(statement: string): string {
    return this.psql(this.info.ports['postgres-replica'], statement)
  }

  private psql(port: number, statement: string): string {
    const args = ['-w', '-tA', '-h', '127.0.0.1', '-p', String(port), '-U', 'drillbook', 'drillbook', '-c', statement]
    const PGPASSWORD = readFileSync(join(this.dir, 'secrets/database'), 'utf8').trim()
    return execFileSync('psql', args, { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, PGPASSWORD } }).trim()
  }
}
