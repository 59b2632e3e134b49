import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CliError, errorCode, messageOf } from '@drillbook/content/errors'
import { isStillRunning, processStart } from '@drillbook/content/lock/process-start'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import type { Root } from '@drillbook/content/root'
import { redact, redactedJson } from '@drillbook/content/text/redact'
import { z } from 'zod'
import { writeDurably } from '../files/write-durably.ts'
import { checkShape } from '../http/ask.ts'
import type { Warn } from '../warn.ts'
import { unasked } from './claim.ts'
import type { Drill } from './drill.ts'
import { type Journal, MOMENTS } from './journal.ts'

/** A journal and the folder it lies in. `save` is durable and atomic: after a kill it holds what was saved last. */
export class JournalFile {
  readonly dir: string
  readonly data: Journal

  constructor(dir: string, data: Journal) {
    this.dir = dir
    this.data = data
  }

  get path(): string {
    return join(this.dir, 'journal.json')
  }

  save(): void {
    writeDurably(this.path, `${redactedJson(this.data, 2)}\n`)
  }

  /** Writes the report beside the journal and gives its path. */
  writeReport(markdown: string): string {
    const path = join(this.dir, 'report.md')
    writeFileSync(path, redact(markdown))
    return path
  }
}

export function createJournal(root: Root, drill: Drill, environment: { name: string; speed: number }): JournalFile {
  const now = new Date()
  const { id, dir } = claimFolder(
    root,
    `${now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${drill.name}`,
  )
  const file = new JournalFile(dir, {
    version: 1,
    id,
    drill: drill.name,
    title: drill.title,
    incident: drill.incident,
    environment: environment.name,
    speed: environment.speed,
    protection: drill.protection ?? null,
    verdict: 'running',
    reasons: [],
    startedAt: now.toISOString(),
    finishedAt: null,
    runner: { pid: process.pid, host: hostname(), processStartedAt: processStart(process.pid) ?? null },
    session: null,
    incidentId: null,
    hypothesis: { title: drill.hypothesis.title, saidByHuman: null },
    phases: [],
    times: emptyTimes(),
    evidence: {},
    alerts: { expected: drill.alerts.expected, fired: [], unexpected: [], detail: [] },
    impact: { requests: null, failed: null, slow: null, evidence: 'not counted' },
    mitigatedBy: 'none',
    faults: [],
    acts: [],
    undo: [],
    overheadSeconds: null,
    overhead: null,
    scorecard: {
      secondsToDetect: null,
      secondsToNotify: null,
      secondsToMitigate: null,
      secondsToRecover: null,
      secondsToResolve: null,
    },
    proves: drill.proves.map(unasked),
    checks: [],
    messages: [],
    steps: [],
  })
  file.save()
  return file
}

/** What is read again of a journal; the rest is only carried along. */
const readAgain = z.looseObject({
  id: z.string(),
  drill: z.string(),
  environment: z.string(),
  verdict: z.enum(['running', 'passed', 'failed', 'invalid', 'aborted']),
  reasons: z.array(z.string()),
  startedAt: z.iso.datetime(),
  runner: z.looseObject({ pid: z.number(), host: z.string(), processStartedAt: z.string().nullable() }),
  session: z.string().nullable(),
  incidentId: z.string().nullable(),
  phases: z.array(z.looseObject({ name: z.string(), status: z.string() })),
})

/** Every journal that can be read, oldest first; of another one `warn` is told. */
export function listJournals(root: Root, warn: Warn = () => {}): JournalFile[] {
  const parent = join(root.records, 'drills')
  return entries(parent)
    .sort()
    .flatMap((id) => {
      const path = join(parent, id, 'journal.json')
      try {
        const data: Journal = JSON.parse(readTextFile(path, FILE_LIMITS.record))
        if (data?.version !== 1) throw new Error('it is of another version')
        checkShape(data, readAgain)
        return [new JournalFile(join(parent, id), data)]
      } catch (error) {
        // A folder without a journal: its writer was killed before the first save, and had not begun anything.
        if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) {
          warn({ file: path, message: `is damaged and is left out: ${messageOf(error)}` })
        }
        return []
      }
    })
}

/** Journals that still say `running`: of a drill that runs, or of one that was killed. */
export function unfinished(root: Root, warn?: Warn): { running: JournalFile[]; killed: JournalFile[] } {
  const open = listJournals(root, warn).filter((file) => file.data.verdict === 'running')
  return {
    running: open.filter((file) => runs(file.data.runner)),
    killed: open.filter((file) => !runs(file.data.runner)),
  }
}

/** Does the process that wrote a journal still run? */
function runs({ pid, host, processStartedAt }: Journal['runner']): boolean {
  return isStillRunning({ pid, host, mark: processStartedAt })
}

/** Closes the journal of a killed drill. */
export function markAborted(file: JournalFile, reason: string): void {
  const now = new Date().toISOString()
  file.data.verdict = 'aborted'
  file.data.reasons.push(reason)
  file.data.finishedAt = now
  for (const phase of file.data.phases) {
    if (phase.status !== 'running') continue
    phase.status = 'failed'
    phase.finishedAt = now
    phase.text = 'the drill was killed here'
  }
  file.save()
}

function emptyTimes(): Journal['times'] {
  const times: Partial<Journal['times']> = {}
  for (const moment of MOMENTS) times[moment] = null
  return times as Journal['times']
}

/** Two drills of one second get different ids: creating the folder is what claims the name. */
function claimFolder(root: Root, stem: string): { id: string; dir: string } {
  const parent = join(root.records, 'drills')
  mkdirSync(parent, { recursive: true })
  for (let n = 1; n < 100; n++) {
    const id = n === 1 ? stem : `${stem}.${n}`
    try {
      mkdirSync(join(parent, id))
      return { id, dir: join(parent, id) }
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
  throw new CliError('usage', `cannot create a folder for the drill in ${parent}`)
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
