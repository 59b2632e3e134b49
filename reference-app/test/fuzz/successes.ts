import { operations } from '../support/description.ts'
import type { Tally } from './examine.ts'

/** What the description promises of success and nobody was answered, `showOrder 200`: whether that is as it says was not examined. */
export function unseenSuccesses(tally: Tally): string[] {
  const promised = operations.flatMap(({ operation: { operationId, responses } }) =>
    Object.keys(responses).flatMap((status) => (status.startsWith('2') ? [`${operationId} ${status}`] : [])),
  )
  return promised.filter((answer) => !tally.has(answer))
}
