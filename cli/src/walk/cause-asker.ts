import type { Stdio } from '../stdio.ts'
import { askKey, askLine } from '../terminal/prompt.ts'
import type { Answer, Asker } from './asker.ts'

/** `drillbook respond` goes on at this step. */
export const STOP = { key: 'q', label: 'stop', value: 'stop' } as const

/** The questions of a runbook that tells causes apart, at the terminal. */
export function causeAsker(stdio: Stdio): Pick<Asker, 'decide' | 'param' | 'notOffered'> {
  return {
    async decide({ name, measured }) {
      const message =
        measured === undefined ? `${name} is unknown. What holds?` : `${name}: the check says ${measured}. What holds?`
      return askKey<Answer | 'unknown' | 'stop'>(stdio, message, [
        { key: 'y', label: 'yes', value: 'yes' },
        { key: 'n', label: 'no', value: 'no' },
        { key: 'u', label: 'unknown', value: 'unknown' },
        STOP,
      ])
    },
    async param({ action, param, wanted, from, default: value }) {
      const message = `${param} of ${action}, ${wanted}, from ${from}`
      if (value !== undefined) return { value: await askLine(stdio, message, { default: value }) }
      const answer = await askKey<'type' | 'skip' | 'stop'>(stdio, `${message}, which has none.`, [
        { key: 't', label: 'type it', value: 'type' },
        { key: 's', label: 'skip the action', value: 'skip' },
        STOP,
      ])
      return answer === 'type' ? { value: await askLine(stdio, `${param}:`) } : answer
    },
    async notOffered({ acts }) {
      return askKey<'continue' | 'offer' | 'stop'>(stdio, `Not offered in this phase: ${acts.join(', ')}.`, [
        { key: 'c', label: 'continue', value: 'continue' },
        { key: 'o', label: 'offer them now', value: 'offer' },
        STOP,
      ])
    },
  }
}
