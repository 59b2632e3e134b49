import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { TestEnvironment } from 'jest-environment-node'

/** How often it is looked whether a start that nobody waits for any more has come to its end. Milliseconds. */
const SWEEP_MS = 500

let sweeping

/**
 * Node, and the end of every process that a test file has started and left, as one does whose beforeAll failed half-way: it would keep jest
 * alive. Also of those that are born afterwards, by a start that was still under way, until the next test file begins.
 */
export default class Environment extends TestEnvironment {
  constructor(config, context) {
    super(config, context)
    this.file = relative(config.globalConfig.rootDir, context.testPath)
    clearInterval(sweeping)
    this.before = new Set(children())
  }

  /** A test file may have set `tellOfFailure`: it tells while everything that failed is still there. */
  async handleTestEvent({ name }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') await this.global.tellOfFailure?.()
  }

  async teardown() {
    this.endLeft()
    sweeping = setInterval(() => this.endLeft(), SWEEP_MS)
    sweeping.unref()
    await super.teardown()
  }

  endLeft() {
    for (const pid of children().filter((pid) => !this.before.has(pid))) {
      process.stderr.write(`${this.file} left a process behind, now ended: ${pid} ${commandOf(pid)}\n`)
      process.kill(pid, 'SIGKILL')
    }
  }
}

/** Of this process, those that still run. Only Linux tells. */
function children() {
  try {
    return readdirSync('/proc/self/task')
      .flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' '))
      .filter((pid) => pid !== '' && commandOf(pid) !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** Empty for one that has ended and was not collected yet. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
