import { mayHaveEffect } from '../history.ts'
import { CLOCK_SLACK_MS, type Evidence, type Violation } from './evidence.ts'

/** Only what was acknowledged is looked at, so it is there, and its status is one that it can have had in the meantime. */
export function reservationReadsAreTrue({ history, snapshot }: Evidence): Violation[] {
  const rows = new Map(snapshot.reservations.map((row) => [row.id, row]))
  const pays = Map.groupBy(
    history.of('pay').flatMap((operation) => operation.call.reservationIds.map((id) => ({ id, operation }))),
    ({ id }) => id,
  )
  return history.of('reservation').flatMap((read): Violation[] => {
    const row = rows.get(read.call.reservationId)
    if (read.end?.outcome !== 'ok' || row === undefined) return []
    const { status } = read.end.body as { status: string }
    const payments = (pays.get(row.id) ?? []).map(({ operation }) => operation)
    const told = payments.filter(({ end }) => end?.outcome === 'ok' && end.at < read.invokedAt)
    const asked = payments.filter((pay) => pay.invokedAt < (read.end?.at ?? 0) && mayHaveEffect(pay))
    const possible = [
      ...(told.length === 0 && read.invokedAt - CLOCK_SLACK_MS < row.expiresAt ? ['held'] : []),
      ...(told.length === 0 && read.end.at + CLOCK_SLACK_MS > row.expiresAt ? ['expired'] : []),
      ...(asked.length > 0 ? ['paid'] : []),
    ]
    if (possible.includes(status)) return []
    const what = `reservation ${row.id} was read as ${status}; it can only have been ${possible.join(' or ')}`
    return [{ invariant: 'a reservation is read as it is', what, operations: [...payments, read], rows: [row] }]
  })
}
