import { printable } from '@drillbook/content/text/printable'
import type { Environment } from '../environment/environment.ts'
import { type Param, wantedOf } from '../environment/param.ts'

/**
 * What can be done in an environment: each action with what it does, what has to be said with it, and what takes it
 * back.
 */
export function actionsText({ name, actions }: Environment): string {
  if (actions.size === 0) return `The environment ${name} has no actions.\n`
  const lines = [...actions].flatMap(([action, { summary, params, undo, reads }]) => [
    action,
    ...(summary === undefined ? [] : [`    ${printable(summary)}`]),
    ...Object.entries(params).map(([param, of]) => `    --param ${printable(param)}=...  ${printable(described(of))}`),
    ...(reads === true ? ['    changes nothing'] : []),
    ...(undo === undefined ? [] : [`    taken back by ${undo}`]),
  ])
  return `${lines.join('\n')}\n`
}

function described(param: Param): string {
  const what = param.summary === undefined ? wantedOf(param) : `${param.summary} (${wantedOf(param)})`
  return param.default === undefined ? what : `${what}; without it: ${JSON.stringify(param.default)}`
}
