import { KEPT_HOURS, type StatisticsStore } from './statistics-store.ts'

const HOUR_MS = 3_600_000
const THE_BEGINNING = new Date(0)

/** What is new: from the hour before the last one that was counted, because a sale may be committed after its time. */
export async function countNewSales(statistics: StatisticsStore, halt: AbortSignal): Promise<void> {
  const last = await statistics.lastCounted()
  await countFrom(statistics, last === undefined ? THE_BEGINNING : new Date(last.getTime() - HOUR_MS), halt)
}

/**
 * All hours that are kept, all over again: what was mended by hand is in the statistics afterwards. Long; each
 * statement is one hour's.
 */
export async function countAllSales(statistics: StatisticsStore, halt: AbortSignal): Promise<void> {
  await countFrom(statistics, THE_BEGINNING, halt)
}

/** Hours in which nothing was sold cost nothing. */
async function countFrom(statistics: StatisticsStore, from: Date, halt: AbortSignal): Promise<void> {
  let hour = await statistics.firstHour(from, KEPT_HOURS)
  while (hour !== undefined && !halt.aborted) {
    await statistics.countHour(hour)
    hour = await statistics.firstHour(new Date(hour.getTime() + HOUR_MS), KEPT_HOURS)
  }
}
