import { CliError, type Problem } from '@drillbook/content/errors'
import { resolveParams } from '../actions/substitute.ts'
import type { Environment } from '../environment/environment.ts'
import { missingKey } from '../environment/incidents.ts'
import type { ActBlock, LookBlock, Runbook } from './runbook.ts'

/**
 * What of this runbook cannot be done in this environment: unknown actions, wrong parameters, a different undo, or a
 * check by an action that may change something.
 */
export function validateAgainst(runbook: Runbook, environment: Environment): Problem[] {
  return runbook.steps
    .flatMap((step) => step.blocks)
    .filter((block) => block.type === 'act' || block.type === 'look')
    .flatMap((act) => problemsOf(act, environment).map((message) => ({ file: runbook.file, line: act.line, message })))
}

/** What of a block says how an action is called. */
type Called = Pick<ActBlock | LookBlock, 'type' | 'action' | 'params' | 'references'>

/** Why this block cannot run here at all; undefined when it can. What earlier blocks will answer is not judged. */
export function cannotRun(act: Called, environment: Environment): string | undefined {
  const action = environment.actions.get(act.action)
  if (action === undefined) return missingKey(environment, `actions.${act.action}`)
  if (act.type === 'look' && action.reads !== true) {
    return `${act.action} stands in a check, and the environment ${environment.name} does not say that it only reads (\`reads: true\`)`
  }
  try {
    resolveParams(act.action, action.params, act.params, Object.keys(act.references))
    return undefined
  } catch (error) {
    if (error instanceof CliError) return error.message
    throw error
  }
}

function problemsOf(act: ActBlock | LookBlock, environment: Environment): string[] {
  const impossible = cannotRun(act, environment)
  if (act.type === 'look') return impossible === undefined ? [] : [impossible]
  const undo = environment.actions.get(act.action)?.undo
  const elsewhere =
    environment.actions.has(act.action) && act.undo !== undefined && act.undo !== undo
      ? `${act.action} is undone by ${act.undo} here, but by ${undo ?? 'nothing'} in the environment ${environment.name}`
      : undefined
  return [impossible, elsewhere].filter((problem) => problem !== undefined)
}
