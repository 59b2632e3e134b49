import { formatDuration } from '@drillbook/content/duration'
import { findRoot } from '@drillbook/content/root'
import type { RunCommand, Stdio } from '../stdio.ts'
import { run } from './drill.ts'
import { down, up } from './lab.ts'

interface DemoOptions {
  drill: string
  keep?: boolean
  portOffset?: number
}

/**
 * The whole story on this machine: lab, traffic, one unattended drill, report; then the lab is taken down, also
 * after a failure or Ctrl-C. Throws what the drill throws: only a drill that held ends with exit 0.
 */
export async function demo(stdio: Stdio, options: DemoOptions, runCommand: RunCommand): Promise<void> {
  const started = performance.now()
  const root = findRoot(stdio.cwd)
  const heading = (text: string) => stdio.err(`\n${stdio.style('bold', text)}\n`)

  heading('1. The lab: reference app, Postgres, Redis, Prometheus, Alertmanager and a Slack stand-in, with traffic')
  await up({ ...stdio, out: stdio.err }, options.portOffset === undefined ? {} : { portOffset: options.portOffset })
  try {
    heading(`2. The drill ${options.drill}: nobody is asked anything`)
    await run(stdio, { name: options.drill, unattended: true, env: 'lab' }, runCommand)
  } finally {
    if (options.keep === true) {
      stdio.err('\nThe lab stays up; end it with: npx drillbook lab down\n')
    } else {
      heading('3. Taking the lab down')
      await down({ ...stdio, out: stdio.err }, {})
    }
    stdio.err(
      `${stdio.style('dim', `That took ${formatDuration(performance.now() - started)}. Records: ${root.records}`)}\n`,
    )
  }
}
