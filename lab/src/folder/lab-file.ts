import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import { z } from 'zod'
import { PORT_NAMES, type Ports } from '../parts/ports.ts'

/**
 * What the database holds at the start: the sizes of the reports, or enough for their load profiles. As the reference
 * application calls them.
 */
export const DATA_SETS = ['small', 'load'] as const
export type DataSet = (typeof DATA_SETS)[number]

const labFile = z.object({
  version: z.literal(1),
  dir: z.string(),
  /** The checkout whose processes run here. */
  checkout: z.string(),
  /** `starting` until every part is ready: a lab that is found so, and that nobody is starting, is half-started. */
  phase: z.enum(['starting', 'up']),
  startedAt: z.iso.datetime(),
  /** Absent until up. */
  startSeconds: z.number().optional(),
  /** Proportional set size of all processes when it was up. Absent until up. */
  memoryBytes: z.number().optional(),
  speed: z.number(),
  journeysPerSecond: z.number(),
  dataSet: z.enum(DATA_SETS),
  /** How many instances of the API run: api-1 and so on. */
  apiInstances: z.number(),
  ports: z.record(z.string(), z.number()).transform((ports): Ports => {
    const missing = PORT_NAMES.filter((name) => ports[name] === undefined)
    if (missing.length > 0) throw new Error(`lab.json names no port for ${missing.join(', ')}`)
    return ports as Ports
  }),
})

/** What `lab.json` in the lab's folder says: where its parts listen, since when. Times in UTC. */
export type LabInfo = z.infer<typeof labFile>

/** Undefined when there is none, or none that can be understood: such a lab is not up. */
export function readLabFile(dir: string): LabInfo | undefined {
  try {
    return labFile.parse(JSON.parse(readTextFile(join(dir, 'lab.json'), FILE_LIMITS.small)))
  } catch {
    return undefined // absent, cut off by a crash, or of another version: to its reader all the same
  }
}

/** Whole or not at all: a crash in the middle leaves the old one. */
export function writeLabFile(info: LabInfo): void {
  const file = join(info.dir, 'lab.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(info, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
