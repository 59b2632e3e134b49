import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { conclude } from '../../src/drill/conclude.ts'
import type { Stop } from '../../src/drill/verdict.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { NOBODY, runOf } from './run-of.ts'

let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  folder = drillbookFolder({ prometheusUrl: NOBODY, opsUrls: [NOBODY] })
})
afterEach(() => folder.remove())

/** A drill that was stopped by this before anything was started. */
function stoppedBy(stop: Stop) {
  const run = runOf(folder.root, new PrometheusClient({ url: NOBODY }))
  Object.assign(run.journal.data, { verdict: stop.verdict, reasons: [stop.reason] })
  return conclude({ ...run, stop })
}

test('a drill that Ctrl-C stopped ends as interrupted', async () => {
  const stop: Stop = { verdict: 'aborted', reason: 'somebody stopped it', code: 'interrupted' }
  await expect(stoppedBy(stop)).rejects.toMatchObject({ code: 'interrupted' })
})

test('a drill whose abort condition only speaks of Ctrl-C does not', async () => {
  const stop: Stop = { verdict: 'aborted', reason: 'confirm: the abort condition "interrupted by Ctrl-C" holds' }
  await expect(stoppedBy(stop)).rejects.toMatchObject({ code: 'expectation_failed' })
})
