import { execFile } from 'node:child_process'
import { CliError } from '@drillbook/content/errors'

export interface RunProgramOptions {
  env: Readonly<Record<string, string>>
  cwd: string
  timeoutMs: number
  /** Given to the program, and then its end. */
  input?: string
  uid?: number | undefined
  gid?: number | undefined
  signal?: AbortSignal | undefined
}

/** Runs to the end and gives what it printed. Throws `unreachable` with the end of its output when it fails. */
export function runProgram(file: string, args: readonly string[], options: RunProgramOptions): Promise<string> {
  const { input, timeoutMs, uid, gid, signal, ...rest } = options
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      {
        ...rest,
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
        ...(signal === undefined ? {} : { signal }),
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout)
        if (signal?.aborted) return reject(error)
        const why = error.killed ? `no end within ${timeoutMs} ms` : `exit status ${error.code ?? error.signal}`
        const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-10)
        reject(new CliError('unreachable', [`${file} failed (${why})`, ...said].join('\n  ')))
      },
    )
    child.stdin?.on('error', () => {}) // it ended without reading; its exit status says why
    child.stdin?.end(input)
  })
}
