import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError, errorCode, type Problem } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { appendLine } from '../files/append-line.ts'
import { syncFolder } from '../files/write-durably.ts'
import type { Warn } from '../warn.ts'
import type { IncidentEvent, NewEvent } from './events.ts'
import { fold, type IncidentState } from './fold.ts'
import { readEvents } from './read-events.ts'

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
  /** All events so far, read from the disk; what cannot be read is left out. */
  events(): IncidentEvent[]
  /** What of it cannot be read: a line each, or the file. */
  problems(): Problem[]
  /** Throws `usage` when its first event cannot be read. */
  state(): IncidentState
}

/** Opens an incident and writes its first event. The id says when and what: `20261121-031500-cache-outage`. */
export function openIncident(options: {
  root: Root
  /** The incident class: the name of the runbook. */
  incident: string
  /** The environment's name, and where it was read from. */
  environment: string
  environmentFile?: string
  /** Who opens it: `name@host`. */
  actor: string
  /** The drill's name, for an incident that is an exercise. */
  drill?: string
  now?: Date
}): IncidentRecord {
  const { root, incident, environment, environmentFile, actor, drill } = options
  const id = createFolder(root, incident, options.now ?? new Date())
  const record = recordAt(root, id)
  record.append({
    type: 'opened',
    id,
    incident,
    environment,
    ...(environmentFile === undefined ? {} : { environmentFile }),
    actor,
    ...(drill === undefined ? {} : { drill }),
  })
  return record
}

/** The record with exactly this id. Throws `usage` when there is none, or none that can be read. */
export function resumeIncident(root: Root, id: string): IncidentRecord {
  const record = recordAt(root, id)
  if (!ids(root).includes(id) || (record.events().length === 0 && record.problems().length === 0)) {
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

/**
 * The states of all incidents, oldest first. What is damaged is left out and told to `warn`: it does not keep the
 * others from being read.
 */
export function listIncidents(root: Root, warn: Warn = () => {}): IncidentState[] {
  return ids(root).flatMap((id) => {
    const { events, problems } = readEvents(eventsFile(root, id))
    for (const problem of problems) warn(problem)
    if (events.some((event) => event.type === 'opened')) return [{ ...fold(events), id }]
    if (events.length > 0) warn({ file: eventsFile(root, id), message: `${FIRST_IS_LOST}: it is left out` })
    return []
  })
}

/** Incidents that nobody has closed yet, oldest first; drills' own are left out unless asked for. */
export function openIncidents(root: Root, options: { drills?: boolean; warn?: Warn } = {}): IncidentState[] {
  return listIncidents(root, options.warn).filter(
    (i) => i.closedAt === undefined && (options.drills === true || i.drill === undefined),
  )
}

const FIRST_IS_LOST = 'the event with which it was opened cannot be read'

function recordAt(root: Root, id: string): IncidentRecord {
  const file = eventsFile(root, id)
  const events = () => readEvents(file).events
  return {
    id,
    root,
    dir: dirname(file),
    append(event) {
      const dated: IncidentEvent = { at: new Date().toISOString(), ...event }
      appendLine(file, dated)
      return dated
    },
    events,
    problems: () => readEvents(file).problems,
    state() {
      const known = events()
      if (known.some((event) => event.type === 'opened')) return { ...fold(known), id }
      throw new CliError('usage', `the record ${file} is damaged: ${FIRST_IS_LOST}`, {
        hint: 'What else is in it can be read there, one JSON object a line.',
      })
    },
  }
}

function eventsFile(root: Root, id: string): string {
  return join(incidentsDir(root), id, 'events.jsonl')
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
