import { CliError, EXIT_STATUS, isOfTheFileSystem, messageOf } from '@drillbook/content/errors'
import { redact } from '@drillbook/content/text/redact'
import { runCli } from './cli.ts'
import { processStdio } from './stdio.ts'

/** The only process edge: argv, signals and the exit status stop here. */

const EXIT_BUG = 70

const interrupt = new AbortController()
const abort = () => interrupt.abort()
// The first Ctrl-C asks for an orderly end, which undoes faults; commands that need it listen for a second one.
process.on('SIGINT', abort)
process.on('SIGTERM', abort)
process.on('SIGHUP', abort)
if (process.env.DRILLBOOK_LAUNCHED === '1' && process.channel) {
  process.on('disconnect', abort)
  process.channel.unref()
}
// A reader that closed our output (| head) ends the program, and is no crash.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? 0)
  })
}

const raw = processStdio(interrupt.signal)
const stdio = { ...raw, out: (text: string) => raw.out(redact(text)), err: (text: string) => raw.err(redact(text)) }
try {
  process.exitCode = await runCli(process.argv.slice(2), stdio)
} catch (error) {
  if (error instanceof CliError) {
    stdio.err(`${stdio.style('red', 'error:')} ${continued(error.message)}\n`)
    if (error.hint !== undefined) stdio.err(`${stdio.style('cyan', 'hint:')} ${continued(error.hint)}\n`)
    process.exitCode = error.exitStatus
  } else if (interrupt.signal.aborted && error instanceof Error && error.name === 'AbortError') {
    stdio.err('interrupted\n')
    process.exitCode = 130
  } else if (isOfTheFileSystem(error)) {
    stdio.err(`${stdio.style('red', 'error:')} ${messageOf(error)}\n`)
    process.exitCode = EXIT_STATUS.usage
  } else {
    stdio.err(`${stdio.style('red', 'This is a bug in drillbook:')} ${messageOf(error)}\n`)
    if (error instanceof Error && error.stack) stdio.err(`${continued(error.stack)}\n`)
    process.exitCode = EXIT_BUG
  }
}

/** Further lines are indented, so that none looks like a line of its own. */
function continued(text: string): string {
  return text.replace(/\n(?! )/g, '\n  ')
}
