import { errorCode, messageOf, type Problem } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import { TORN } from '../files/append-line.ts'
import { type IncidentEvent, incidentEvent } from './events.ts'

/**
 * The events of a record, and the lines that cannot be understood, which are left out. A line that a killed writer tore
 * is no problem: its event never counted. Throws nothing.
 */
export function readEvents(file: string): { events: IncidentEvent[]; problems: Problem[] } {
  let text: string
  try {
    text = readTextFile(file, FILE_LIMITS.record)
  } catch (error) {
    const isThere = errorCode(error) !== 'ENOENT'
    return { events: [], problems: isThere ? [{ file, message: `cannot be read: ${messageOf(error)}` }] : [] }
  }
  const lines = text.split('\n')
  const events: IncidentEvent[] = []
  const problems: Problem[] = []
  for (const [index, line] of lines.entries()) {
    const event = incidentEvent.safeParse(parseJson(line))
    if (event.success) events.push(event.data)
    else if (index < lines.length - 1 && !line.endsWith(TORN)) {
      problems.push({ file, line: index + 1, message: 'is damaged, or of a later version, and is left out' })
    }
  }
  return { events, problems }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // the schema says no to that
  }
}
