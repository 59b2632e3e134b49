import { EnvError } from './read-env.ts'

/** For a process edge: what `decide` gives, or, when the environment cannot be worked with, every problem on stderr and exit 2. */
export function orExit<T>(decide: () => T): T {
  try {
    return decide()
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    process.stderr.write('This environment cannot be worked with:\n')
    for (const problem of error.problems) process.stderr.write(`  ${problem}\n`)
    process.exit(2)
  }
}
