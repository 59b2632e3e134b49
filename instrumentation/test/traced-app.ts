import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface TracedApp {
  url: string
  /** Lines it logged so far, parsed. */
  log: Record<string, unknown>[]
  /** What it wrote to standard error. */
  stderr(): string
  signal(name: NodeJS.Signals): void
  /**
   * Sends SIGTERM and waits for the end; what is not gone after 8 s is killed, so that the test fails and does not
   * hang.
   */
  terminate(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Kills it if it is still there. */
  [Symbol.dispose](): void
}

/** Starts one of `apps/` as its users would, with tracing preloaded, and waits until it says that it listens. */
export async function startTracedApp(file: string, env: Record<string, string>): Promise<TracedApp> {
  const app = spawn(process.execPath, ['--import', '@drillbook/instrumentation/register', `test/apps/${file}`], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: Record<string, unknown>[] = []
  let stderr = ''
  app.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const port = await new Promise<unknown>((resolve, reject) => {
    createInterface({ input: app.stdout }).on('line', (line) => {
      const entry = JSON.parse(line)
      log.push(entry)
      if (entry.event === 'app.started') resolve(entry.port)
    })
    app.once('exit', (code) => reject(new Error(`the app ended with ${code} before it listened:\n${stderr}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    stderr: () => stderr,
    signal: (name) => void app.kill(name),
    terminate: () => terminate(app),
    [Symbol.dispose]: () => void app.kill('SIGKILL'),
  }
}

async function terminate(app: ChildProcess) {
  const ended = once(app, 'close')
  app.kill('SIGTERM')
  const tooLong = setTimeout(() => app.kill('SIGKILL'), 8000)
  const [code, signal] = await ended
  clearTimeout(tooLong)
  return { code, signal }
}
