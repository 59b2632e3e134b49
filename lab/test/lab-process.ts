import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode } from '@drillbook/content/errors'
import { takenPorts } from '../src/parts/listeners.ts'
import { resolvePorts } from '../src/parts/ports.ts'

export const CHECKOUT = resolve(import.meta.dirname, '../..')

export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

/** A lab folder of this test run's own, and the command line that goes with it. */
export class TestLab {
  readonly dir: string
  private readonly cwd: string

  constructor(name: string, cwd: string = CHECKOUT) {
    this.dir = `/var/tmp/dbk-test-${process.pid}-${name}`
    this.cwd = cwd
  }

  start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [join(CHECKOUT, 'cli/bin/drillbook.js'), ...args], {
      cwd: this.cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DRILLBOOK_LAB_DIR: this.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const text = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      text.stdout += data
    })
    child.stderr.on('data', (data) => {
      text.stderr += data
    })
    return { child, ended: new Promise((done) => child.on('close', (status) => done({ status, ...text }))) }
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended
  }

  /** Whatever a failed test left. */
  async clear(): Promise<void> {
    await this.run('lab', 'down')
    rmSync(this.dir, { recursive: true, force: true })
  }

  /**
   * Every process that belongs to this lab by any sign: its mark, an argument or a working folder. Looks for itself, with other
   * means than the code under test.
   */
  processes(): string[] {
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
      .filter((pid) => {
        const signs = [read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`), link(`/proc/${pid}/cwd`)]
        return signs.some((sign) => sign.includes(this.dir)) && read(`/proc/${pid}/cmdline`) !== ''
      })
      .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
  }

  get exists(): boolean {
    return existsSync(this.dir)
  }

  pidOf(file: string): number {
    return Number(readFileSync(join(this.dir, file), 'utf8'))
  }
}

/** No two ports of a lab are a multiple of it apart: so no two labs share one. */
const STEP = 103
/** All below the ports that the system gives to outgoing connections. */
const STEPS = 92

/**
 * An offset at which every port of a lab is free now, and that nobody else in this run of the tests is given: a lab comes to listen on some of
 * its ports only later. Starts at a place of this process's own.
 */
export async function freeOffset(): Promise<string> {
  for (let attempt = 0; attempt < STEPS; attempt++) {
    const offset = 4000 + ((process.pid * 7 + attempt * 13) % STEPS) * STEP
    if (take(offset) && (await takenPorts(resolvePorts(offset, []))).length === 0) return String(offset)
  }
  throw new Error('no offset with free ports')
}

/** False when it has been given away. */
function take(offset: number): boolean {
  const run = process.env.DRILLBOOK_TEST_RUN
  if (run === undefined) return true
  try {
    writeFileSync(join(run, `lab-${offset}`), '', { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return '' // ended meanwhile, or another user's
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return '' // as above
  }
}
