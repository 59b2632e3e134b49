import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Root } from '../content/root.ts'
import { CliError } from '../errors.ts'
import { errorCode } from '../system-error.ts'
import { appendLine, syncFolder } from './append-line.ts'
import { type IncidentEvent, incidentEvent, type NewEvent } from './events.ts'
import { fold, type IncidentState } from './fold.ts'

/**
 * The record of one incident: `.drillbook/incidents/<id>/events.jsonl`. Several processes may append at a time.
 * `append` returns when the event is on the disk.
 */
export interface IncidentRecord {
  readonly id: string
  /** The drillbook that it belongs to. */
  readonly root: Root
  /** The incident's folder; a drill keeps its journal there, too. */
  readonly dir: string
  append(event: NewEvent): IncidentEvent
  /** All events so far, read from the disk; lines that a killed writer tore are left out. */
  events(): IncidentEvent[]
  state(): IncidentState
}

/** Opens an incident and writes its first event. The id says when and what: `20261121-031500-cache-outage`. */
export function openIncident(options: {
  root: Root
  /** The incident class: the name of the runbook. */
  incident: string
  /** The environment's name. */
  environment: string
  /** Who opens it: `name@host`. */
  actor: string
  /** The drill's name, for an incident that is an exercise. */
  drill?: string
  now?: Date
}): IncidentRecord {
  const { root, incident, environment, actor, drill } = options
  const id = createFolder(root, incident, options.now ?? new Date())
  const record = recordAt(root, id)
  record.append({ type: 'opened', id, incident, environment, actor, ...(drill === undefined ? {} : { drill }) })
  return record
}

/** The record with exactly this id. Throws `usage` when there is none. */
export function resumeIncident(root: Root, id: string): IncidentRecord {
  const record = recordAt(root, id)
  if (!ids(root).includes(id) || record.events().length === 0) {
    throw new CliError('usage', `there is no incident ${id}`, { hint: 'drillbook incident list shows them all.' })
  }
  return record
}

/** The record whose id begins with `text`, or whose class it is (then the newest). Throws `usage` for none or many. */
export function findIncident(root: Root, text: string): IncidentRecord {
  const all = ids(root)
  const newestOfClass = all.filter((id) => classOf(id) === text).at(-1)
  const matches = all.includes(text) ? [text] : all.filter((id) => id.startsWith(text))
  const id = newestOfClass ?? (matches.length === 1 ? matches[0] : undefined)
  if (id !== undefined) return resumeIncident(root, id)
  throw new CliError(
    'usage',
    matches.length === 0 ? `there is no incident ${text}` : `${text} could be ${matches.join(' or ')}`,
    {
      hint: 'drillbook incident list shows them all.',
    },
  )
}

/** The states of all incidents, oldest first. A folder without a readable first event is left out. */
export function listIncidents(root: Root): IncidentState[] {
  return ids(root)
    .map((id) => recordAt(root, id).events())
    .filter((events) => events.length > 0)
    .map(fold)
}

/** Incidents that nobody has closed yet, oldest first; drills' own are left out unless asked for. */
export function openIncidents(root: Root, options: { drills?: boolean } = {}): IncidentState[] {
  return listIncidents(root).filter(
    (i) => i.closedAt === undefined && (options.drills === true || i.drill === undefined),
  )
}

function recordAt(root: Root, id: string): IncidentRecord {
  const dir = join(incidentsDir(root), id)
  const file = join(dir, 'events.jsonl')
  const events = () => readEvents(file)
  return {
    id,
    root,
    dir,
    append(event) {
      const dated: IncidentEvent = { at: new Date().toISOString(), ...event }
      appendLine(file, dated)
      return dated
    },
    events,
    state: () => fold(events()),
  }
}

function readEvents(file: string): IncidentEvent[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    const event = incidentEvent.safeParse(parseJson(line))
    return event.success ? [event.data] : []
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A torn line: its writer was killed before the event counted.
    return undefined
  }
}

/** Two incidents of one second get different ids: creating the folder is what claims the name. */
function createFolder(root: Root, incident: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const parent = incidentsDir(root)
  mkdirSync(parent, { recursive: true })
  for (let n = 1; ; n++) {
    const id = `${stamp}-${incident}${n === 1 ? '' : `.${n}`}`
    try {
      mkdirSync(join(parent, id))
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue
      throw error
    }
    for (const dir of [parent, dirname(parent)]) syncFolder(dir)
    return id
  }
}

function ids(root: Root): string[] {
  try {
    return readdirSync(incidentsDir(root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && classOf(entry.name) !== undefined)
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

function classOf(id: string): string | undefined {
  return /^\d{8}-\d{6}-([a-z][a-z0-9-]*)(\.\d+)?$/.exec(id)?.[1]
}

function incidentsDir(root: Root): string {
  return join(root.records, 'incidents')
}
