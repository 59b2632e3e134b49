import { drillReport } from '../report.ts'
import type { Run } from '../run.ts'
import { runbookOf } from '../walk-runbook.ts'

/** Writes report.md beside the journal. */
export async function report(run: Run): Promise<string> {
  return run.journal.writeReport(drillReport(run.journal.data, runbookOf(run)))
}
