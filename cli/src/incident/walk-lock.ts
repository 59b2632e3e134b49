import { join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { takeLock } from '@drillbook/content/lock/lock'
import type { IncidentRecord } from './record.ts'

/**
 * Claims the walk of an incident for this process, so that two people do not run the same acts. Returns the release.
 * What a killed process left is taken over; throws `refused` while another one is at it.
 */
export function lockWalk({ dir, id }: IncidentRecord): () => void {
  const taken = takeLock(join(dir, 'walk.lock'), 'walked')
  if (typeof taken === 'function') return taken
  const { pid, host, file } = taken
  throw new CliError('refused', `incident ${id} is being walked by process ${pid} on ${host}`, {
    hint: `Work with them: drillbook incident show ${id}. If that process is gone for good, remove ${file}.`,
  })
}
