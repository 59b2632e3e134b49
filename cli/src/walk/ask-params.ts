import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { actionOf, describeAction } from '../actions/run-action.ts'
import { type Param, parseParam, wantedOf } from '../environment/param.ts'
import type { ActBlock, LookBlock, Reference } from '../runbook/runbook.ts'
import { valueAt } from './answers.ts'
import type { Walk } from './walk.ts'

/** What will run, or why nothing does. */
export type Call =
  | { params: Record<string, string>; runs: string[] }
  | { outcome: 'skipped' | 'failed'; note: string }
  | 'stop'

/**
 * Completes an action's parameters with what earlier blocks answered; a person sees each value and may type another.
 */
export async function askParams(walk: Walk, block: ActBlock | LookBlock): Promise<Call> {
  const declared = actionOf(walk.environment, block.action).params
  const params = { ...block.params }
  for (const [name, reference] of Object.entries(block.references)) {
    const param = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (param === undefined) return { outcome: 'failed', note: `${block.action} has no parameter ${name}` }
    const answer = await askParam(walk, block, name, param, reference)
    if (answer === 'stop' || 'outcome' in answer) return answer
    params[name] = answer.value
  }
  try {
    return { params, runs: describeAction(walk.environment, block.action, params) }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { outcome: 'failed', note: error.message }
  }
}

async function askParam(
  { asker, answers, stdio }: Walk,
  { action }: ActBlock | LookBlock,
  name: string,
  param: Param,
  reference: Reference,
): Promise<{ value: string } | Exclude<Call, { runs: string[] }>> {
  const from = [reference.block, ...reference.path].join('.')
  const found = valueAt(answers, reference)
  const wrong = found === undefined ? undefined : wrongWith(name, param, found)
  const reason =
    found === undefined
      ? `${name} is missing: ${from} has no value`
      : wrong === undefined
        ? undefined
        : `${from} is ${JSON.stringify(found)}; ${wrong}`
  if (reason !== undefined) stdio.err(`    ${stdio.style('yellow', '!')} ${printable(reason)}\n`)
  for (;;) {
    const answer = await asker.param({
      action,
      param: name,
      wanted: wantedOf(param),
      from,
      ...(found === undefined || wrong !== undefined ? {} : { default: found }),
    })
    if (answer === 'stop') return answer
    if (answer === 'skip') return { outcome: 'skipped', note: reason ?? `${name} was not given` }
    if (answer === 'absent') return { outcome: 'failed', note: reason ?? `${name} was not given` }
    const problem = wrongWith(name, param, answer.value)
    if (problem === undefined) return answer
    stdio.err(`    ${stdio.style('red', '✗')} ${problem}, not ${JSON.stringify(answer.value)}\n`)
  }
}

function wrongWith(name: string, param: Param, text: string): string | undefined {
  return text !== '' && parseParam(param, text) !== undefined ? undefined : `${name} has to be ${wantedOf(param)}`
}
