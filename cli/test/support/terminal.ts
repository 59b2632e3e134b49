import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'drillbook.js')

/**
 * The real command in a real pseudo-terminal (`script`, of Debian's base system). After the command the
 * terminal's own settings are printed, so that a test can see whether it was given back.
 */
export class Terminal implements AsyncDisposable {
  /** All that was printed, escape sequences included. */
  screen = ''
  readonly #child
  readonly #closed: Promise<unknown>
  #readTo = 0
  #heard: () => void = () => {}

  /** `program`: another one than the command, a file for Node. `columns`: 0 where nobody knows them. @default 80 */
  constructor(
    argv: readonly string[],
    options: { cwd: string; env?: Record<string, string>; program?: string; columns?: number },
  ) {
    if (argv.some((word) => !/^[\w./:=-]+$/.test(word))) throw new Error('the shell would split or expand an argument')
    const command = `echo "pid=$$"; exec "$TEST_NODE" "$TEST_BIN" ${argv.join(' ')}`
    const line = `stty cols ${options.columns ?? 80} rows 24; sh -c '${command}'; echo "status=$?"; stty -a`
    this.#child = spawn('script', ['--quiet', '--flush', '--command', line, '/dev/null'], {
      cwd: options.cwd,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TERM: 'xterm',
        SHELL: '/bin/sh',
        TEST_NODE: process.execPath,
        TEST_BIN: options.program ?? BIN,
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.screen += text
      this.#heard()
    })
    this.#closed = once(this.#child, 'close').then(() => this.#heard())
  }

  get #pid(): number {
    return Number(/pid=(\d+)/.exec(this.screen)?.[1])
  }

  /** Sends what the keys would send, all at once. */
  press(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** Sends it again and again until this is on the screen: behind another key in one piece it counts for nothing. */
  async pressUntil(keys: string, what: RegExp | string): Promise<void> {
    this.press(keys)
    const again = setInterval(() => this.press(keys), 300)
    await this.sees(what).finally(() => clearInterval(again))
  }

  /** Sends a signal to the command alone. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.#pid, signal)
  }

  /** Stops the command as Ctrl-Z does, and sets the terminal as a shell does for itself. `SIGCONT` lets it go on. */
  suspend(): void {
    this.kill('SIGSTOP')
    execFileSync('stty', ['--file', readlinkSync(`/proc/${this.#pid}/fd/0`), 'sane'])
  }

  /** Waits until this is on the screen, below everything that was waited for before. Throws when it ends without. */
  async sees(what: RegExp | string): Promise<void> {
    const closed = this.#closed.then(() => true)
    for (let ended = false; ; ) {
      const rest = this.screen.slice(this.#readTo)
      const found = typeof what === 'string' ? rest.indexOf(what) : rest.search(what)
      if (found >= 0) {
        const length = typeof what === 'string' ? what.length : (what.exec(rest)?.[0].length ?? 0)
        this.#readTo += found + length
        return
      }
      if (ended) throw new Error(`the command ended without ${what}:\n${this.screen}`)
      const heard = new Promise<boolean>((resolve) => {
        this.#heard = () => resolve(false)
      })
      ended = await Promise.race([heard, closed])
    }
  }

  /** The exit status of the command, and the settings that it left: words such as `echo`, `-icanon`. */
  async ended(): Promise<{ status: number; settings: string[] }> {
    await this.#closed
    const [, status = '', settings = ''] = /status=(\d+)\r\n([\s\S]*)$/.exec(this.screen) ?? []
    return { status: Number(status), settings: settings.split(/[\s;]+/) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGHUP')
    await this.#closed
  }
}
