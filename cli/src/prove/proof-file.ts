import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { CliError, messageOf } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import { z } from 'zod'
import { writeDurably } from '../files/write-durably.ts'
import type { ProofRun } from './proof.ts'

const seconds = z.number().nullable()
const run = z.strictObject({
  name: z.string(),
  kind: z.enum(['drill', 'control']),
  incident: z.string().nullable(),
  environment: z.string(),
  speed: z.number(),
  startedAt: z.iso.datetime(),
  verdict: z.enum(['passed', 'failed', 'invalid', 'aborted']),
  reasons: z.array(z.string()),
  expected: z.array(z.string()),
  fired: z.array(z.string()),
  unexpected: z.array(z.string()),
  delivered: z.boolean(),
  mended: z.boolean(),
  resolved: z.boolean(),
  seconds: z
    .strictObject({ detect: seconds, notify: seconds, mitigate: seconds, recover: seconds, resolve: seconds })
    .nullable(),
  overheadSeconds: seconds,
})
const file = z.strictObject({ version: z.literal(1), plan: z.array(z.string()).optional(), runs: z.array(run) })

/** What a file of runs holds. `plan`: of a `prove` that is under way, one word for each item. */
export interface Proofs {
  plan?: string[] | undefined
  runs: ProofRun[]
}

/** Undefined when there is none. Throws `usage` for one that is damaged: it is never taken for an empty one. */
export function readProofs(path: string): Proofs | undefined {
  if (!existsSync(path)) return undefined
  try {
    const { plan, runs } = file.parse(JSON.parse(readTextFile(path, FILE_LIMITS.record)))
    return { plan, runs }
  } catch (error) {
    throw new CliError('usage', `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'Restore it from version control, or remove it and prove everything again.',
    })
  }
}

export function proofsText({ plan, runs }: Proofs): string {
  return `${JSON.stringify({ version: 1, ...(plan === undefined ? {} : { plan }), runs }, null, 2)}\n`
}

export function writeProofs(path: string, proofs: Proofs): void {
  mkdirSync(dirname(path), { recursive: true })
  writeDurably(path, proofsText(proofs))
}

/** New runs replace all earlier ones of the same drill or control; the rest stays. */
export function mergeRuns(before: readonly ProofRun[], now: readonly ProofRun[]): ProofRun[] {
  const key = (r: ProofRun) => `${r.kind} ${r.name}`
  const again = new Set(now.map(key))
  return [...before.filter((r) => !again.has(key(r))), ...now].sort(
    (a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name) || a.startedAt.localeCompare(b.startedAt),
  )
}
