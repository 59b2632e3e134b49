import { CLOCK_SLACK_MS, type Evidence, groupBy, type Violation } from './evidence.ts'

export function holdLimitIsKept({ history, snapshot, rules }: Evidence): Violation[] {
  const held = snapshot.reservations.filter(
    ({ status, expiresAt }) => status === 'held' && expiresAt > snapshot.readAt + CLOCK_SLACK_MS,
  )
  return [...groupBy(held, ({ userId }) => userId)].flatMap(([userId, rows]) => {
    if (rows.length <= rules.holdLimit) return []
    const seats = new Set(rows.map(({ seatId }) => seatId))
    const operations = history
      .of('reserve')
      .filter(({ userId: of, call, end }) => {
        return of === userId && end?.outcome === 'ok' && call.seatIds.some((seatId) => seats.has(seatId))
      })
      .slice(-8)
    const what = `user ${userId} holds ${rows.length} unpaid seats, ${rules.holdLimit} are allowed`
    return [{ invariant: 'nobody holds more seats than allowed', what, operations, rows }]
  })
}
