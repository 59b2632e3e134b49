import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Root } from '@drillbook/content/root'
import { type ActionResult, describeAction, type Progress, runAction } from '../actions/run-action.ts'
import type { Environment } from '../environment/environment.ts'
import { appendLine } from '../files/append-line.ts'

/** Who did what, where, and when: `.drillbook/audit.jsonl`, one line before an act and one after it. */
export interface AuditLine {
  /** UTC, ISO 8601. */
  at: string
  event: 'started' | 'finished'
  actor: string
  environment: string
  action: string
  params: Readonly<Record<string, string>>
  /** What really runs, one line a target. */
  runs: string[]
  /** The incident in whose walk it was done; absent for a single `drillbook act`. */
  incident?: string
  /** Absent while it is not known. */
  ok?: boolean
}

/**
 * Does one named action and leaves its trace, here and (by the actor) at each target. A target's refusal is `ok:
 * false`; throws `usage` for an unknown action or wrong parameters, before anything is written or done.
 */
export async function runAudited(
  root: Root,
  environment: Environment,
  action: string,
  params: Readonly<Record<string, string>>,
  options: { actor: string; incident?: string; signal?: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<ActionResult> {
  const { actor, incident } = options
  const runs = describeAction(environment, action, params)
  const write = (event: AuditLine['event'], ok?: boolean) => {
    const line: AuditLine = {
      at: new Date().toISOString(),
      event,
      actor,
      environment: environment.name,
      action,
      params,
      runs,
      ...(incident === undefined ? {} : { incident }),
      ...(ok === undefined ? {} : { ok }),
    }
    appendLine(join(root.records, 'audit.jsonl'), line)
  }
  mkdirSync(root.records, { recursive: true })
  write('started')
  const result = await runAction(environment, action, params, options)
  write('finished', result.ok)
  return result
}
