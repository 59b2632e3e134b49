import type { Stdio } from '../stdio.ts'
import type { Asker } from './asker.ts'
import { askText, choose, STOP } from './terminal-asker.ts'

/** The questions of a runbook that tells causes apart. */
export function causeAsker(stdio: Stdio): Pick<Asker, 'decide' | 'param' | 'notOffered'> {
  return {
    async decide({ name, measured }) {
      const question = measured === undefined ? `${name}: what holds?` : `${name}: measured ${measured}. What holds?`
      return choose<'yes' | 'no' | 'unknown' | 'stop'>(stdio, question, [
        { value: 'yes', name: 'Yes' },
        { value: 'no', name: 'No' },
        { value: 'unknown', name: 'Nobody knows' },
        STOP,
      ])
    },
    async param({ action, param, wanted, from, default: value }) {
      const message = `${param} of ${action}, ${wanted}`
      if (value === undefined) {
        const answer = await choose<'type' | 'skip' | 'stop'>(stdio, `${message}: ${from} has no value for it`, [
          { value: 'type', name: 'Type one' },
          { value: 'skip', name: 'Skip the action' },
          STOP,
        ])
        if (answer !== 'type') return answer
      }
      const typed = await askText(stdio, value === undefined ? `${message}:` : `${message} (Enter: ${value}):`)
      return { value: typed === '' ? (value ?? '') : typed }
    },
    async notOffered({ acts }) {
      return choose<'continue' | 'offer' | 'stop'>(stdio, `Not offered: ${acts.join(', ')}.`, [
        { value: 'continue', name: 'Go on' },
        { value: 'offer', name: 'Offer them anyway' },
        STOP,
      ])
    },
  }
}
