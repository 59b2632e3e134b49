import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { TestEnvironment } from 'jest-environment-node'

/** Node, and the end of every process that a test file has started and left, as one does whose beforeAll failed half-way: it would keep jest alive. */
export default class Environment extends TestEnvironment {
  constructor(config, context) {
    super(config, context)
    this.file = relative(config.globalConfig.rootDir, context.testPath)
    this.before = new Set(children())
  }

  async teardown() {
    for (const pid of children().filter((pid) => !this.before.has(pid))) {
      process.stderr.write(`${this.file} left a process behind, now ended: ${pid} ${commandOf(pid)}\n`)
      process.kill(pid, 'SIGKILL')
    }
    await super.teardown()
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
