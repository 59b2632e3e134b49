import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Row } from './row.ts'

const RUNNER = new URL('./run-topic.ts', import.meta.url)
/** The longest topic has a minute of overload, preceded by a search for the capacity. Milliseconds. */
const LIMIT_MS = 600_000

/**
 * The rows of one topic. It runs in a process group of its own, of which nothing is left in the end: neither a crash nor a full heap touches the
 * next topic. Never rejects: a topic that could not be measured is one row that is not reached.
 */
export async function measure(topic: string, module: URL, limitMs = LIMIT_MS): Promise<Row[]> {
  const lost = (why: string): Row[] => [{ figure: topic, measured: why, goal: 'can be measured', reached: false }]
  if (!existsSync(module)) return lost('there is no such measurement yet')
  // What it prints is progress, wherever it prints it: stdout is for the table.
  const stdio: StdioOptions = ['ignore', process.stderr, process.stderr, 'ipc']
  const child = fork(RUNNER, [module.href], { stdio, detached: true })
  let rows: Row[] | undefined
  let late = false
  child.on('message', (message: Row[]) => {
    rows = message
  })
  const limit = setTimeout(() => {
    late = true
    endGroup(child)
  }, limitMs)
  const onSignal = (signal: NodeJS.Signals) => {
    endGroup(child)
    process.kill(process.pid, signal) // nobody listens to it any more: this process ends as it would have
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, onSignal)
  const [status, signal] = await once(child, 'exit')
  for (const signal of signals) process.off(signal, onSignal)
  clearTimeout(limit)
  endGroup(child)
  if (late) return lost(`not finished within ${limitMs / 1000} s`)
  if (status !== 0) return lost(`crashed (${signal ?? `exit ${status}`}); see above`)
  return rows === undefined || rows.length === 0 ? lost('it said nothing') : rows
}

/** Whatever the topic has started, down to a Postgres of its own. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // nothing is left
  }
}
