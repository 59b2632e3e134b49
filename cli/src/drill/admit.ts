import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import type { Environment } from '../environment/environment.ts'
import { openIncidents, resumeIncident } from '../incident/record.ts'
import { KeeperClient } from '../keeper/client.ts'
import { isOpen } from '../keeper/session.ts'
import { PrometheusClient } from '../prometheus/client.ts'
import type { Warn } from '../warn.ts'
import { type JournalFile, markAborted, unfinished } from './journal-file.ts'

/**
 * May a drill be run here at all, now? Throws `refused` (not allowed, no keeper, a drill or a real incident is open) or
 * `unreachable`. Nothing was written or started then.
 */
export async function admit(root: Root, environment: Environment, warn?: Warn): Promise<KeeperClient> {
  const { name, file } = environment
  if (!environment.drillsAllowed) {
    throw new CliError('refused', `drills are not allowed in ${name}`, {
      hint: `If they shall be, write \`drills: allowed\` in ${file}.`,
    })
  }
  const keeper = keeperOf(environment)
  await new PrometheusClient(environment.prometheus).query('vector(1)')
  const [running] = unfinished(root, warn).running.filter((j) => j.data.environment === name)
  if (running !== undefined) {
    throw new CliError(
      'refused',
      `the drill ${running.data.drill} (${running.data.id}) is running, process ${running.data.runner.pid}`,
      {
        hint: 'One drill at a time: wait for it, or stop it with Ctrl-C there.',
      },
    )
  }
  const session = await keeper.current()
  if (isOpen(session)) {
    throw new CliError(
      'refused',
      `the keeper has an open session of ${session.drill}, ${session.state} since ${session.openedAt}`,
      {
        hint: 'Finish it with: drillbook drill undo',
      },
    )
  }
  const [open] = openIncidents(root, warn === undefined ? {} : { warn }).filter((i) => i.environment === name)
  if (open !== undefined) {
    throw new CliError('refused', `the incident ${open.id} is open in ${name}: this is no time for a drill`, {
      hint: `When it is over: drillbook incident close ${open.id}`,
    })
  }
  return keeper
}

/** The environment's keeper. Throws `refused` when it has none: then no fault would be undone. */
export function keeperOf(environment: Environment): KeeperClient {
  if (environment.keeper !== undefined) return new KeeperClient(environment.keeper)
  throw new CliError(
    'refused',
    `the environment ${environment.name} has no keeper: nobody would undo the fault if this command died`,
    {
      hint: `Run \`drillbook keeper\` there and name it in ${environment.file} as keeper: { url, tokenFile }.`,
    },
  )
}

/** Closes the journals of drills that were killed, and the incidents of their walks. */
export function closeKilled(root: Root, warn: Warn = () => {}): JournalFile[] {
  const { killed } = unfinished(root, warn)
  for (const file of killed) {
    markAborted(file, 'its process was killed; the keeper undoes what it had started')
    const { incidentId } = file.data
    if (incidentId === null) continue
    try {
      const incident = resumeIncident(root, incidentId)
      if (incident.state().status === 'open') {
        incident.append({ type: 'closed', actor: `drill:${file.data.drill}`, note: 'the drill was killed' })
      }
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      warn({ file: file.path, message: `the incident of its walk stays as it is: ${error.message}` })
    }
  }
  return killed
}
