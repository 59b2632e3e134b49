import { CliError } from '@drillbook/content/errors'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runDrill } from '../../src/drill/run-drill.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { NOBODY, runOf } from './run-of.ts'

let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  folder = drillbookFolder({ prometheusUrl: NOBODY, opsUrls: [NOBODY] })
})
afterEach(() => folder.remove())

/** At a question the terminal gives Ctrl-C to the prompt; the process itself hears of nothing. */
class AskedAndInterrupted extends PrometheusClient {
  override async query(): Promise<never> {
    throw new CliError('interrupted', 'interrupted')
  }
}

test('Ctrl-C at a question aborts the drill, and is no failure of what was drilled', async () => {
  const run = runOf(folder.root, new AskedAndInterrupted({ url: NOBODY }))
  const { verdict, reasons } = await runDrill(run)
  expect({ verdict, reasons }).toEqual({ verdict: 'aborted', reasons: ['gate: interrupted by Ctrl-C'] })
  expect(run.stop?.code).toBe('interrupted')
})
