import type { Environment } from '../environment/environment.ts'
import { cannotRun } from '../runbook/validate-against.ts'
import type { Drill } from './drill.ts'

/**
 * What the drill would read by an action that this environment binds otherwise: it does not say `reads: true`, or takes
 * other parameters. One that is not bound at all is left to those who look for missing keys.
 */
export function claimProblems({ proves }: Drill, environment: Environment): string[] {
  return proves.flatMap((claim) => {
    if (!('read' in claim) || !environment.actions.has(claim.read)) return []
    const call = { type: 'look', action: claim.read, params: claim.params, references: {} } as const
    const why = cannotRun(call, environment)
    return why === undefined ? [] : [`proves: ${claim.title}: ${why}`]
  })
}
