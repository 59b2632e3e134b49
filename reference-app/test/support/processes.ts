import type { Child } from './child.ts'

/** One that a test has started; it may have ended. */
export interface Process {
  name: string
  child: Child
}

/** One that ended, and nobody had stopped it. */
export interface Ended {
  name: string
  exit: string
  /** Of what it said: an error has its message first, being out of memory comes last. */
  lastWords: string[]
}

/** A line of a log that says that something is wrong. */
export interface Trouble {
  /** Milliseconds since 1970. */
  at: number
  name: string
  line: string
}

export function endedByThemselves(processes: readonly Process[]): Ended[] {
  return processes
    .filter(({ child }) => child.endedByItself)
    .map(({ name, child: { process, stdout, stderr } }) => ({
      name,
      exit: process.signalCode ?? `exit status ${process.exitCode}`,
      lastWords: [
        ...linesOf(stdout).slice(-2),
        ...linesOf(stderr).filter((_, i, { length }) => i < 8 || i >= length - 2),
      ],
    }))
}

/** What the logs have of level error and above, in order. */
export function troublesOf(processes: readonly Process[]): Trouble[] {
  const troubles = processes.flatMap(({ name, child }) =>
    linesOf(child.stdout)
      .filter((line) => /^\{"level":"(error|fatal)"/.test(line))
      .map((line) => ({ at: timeOf(line), name, line })),
  )
  return troubles.toSorted((a, b) => a.at - b.at)
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')

const timeOf = (line: string) => Date.parse(/"time":"([^"]+)"/.exec(line)?.[1] ?? '')
