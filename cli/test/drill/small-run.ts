import type { Drill } from '../../src/drill/drill.ts'
import { Observer } from '../../src/drill/observer.ts'
import type { Run } from '../../src/drill/run.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { NOBODY, runOf } from './run-of.ts'
import { DRILL } from './sample-journal.ts'
import { type StubAlertmanager, stubAlertmanager } from './stub-alertmanager.ts'
import { type StubPrometheus, stubPrometheus } from './stub-prometheus.ts'

/** Real milliseconds are written times ten: the environment `test` has speed 10. */
const LIMITS_MS = { gate: 5000, detect: 5000, notify: 20_000, walk: 5000, resolve: 20_000 }

/** A test need not wait as long as a drill does. */
const POLL_MS = 50

/** A drill of one alert in a healthy world of stubs: everything that its phases ask answers as it should. */
export interface SmallRun {
  run: Run
  prometheus: StubPrometheus
  alertmanager: StubAlertmanager
  remove(): Promise<void>
}

export interface SmallRunOptions {
  drill?: Partial<Drill>
  /** Further lines of the environment file; `ALERTMANAGER` stands for the stub's URL. */
  extra?: string
  runbook?: string
  /** Default: where nobody listens. */
  opsUrls?: string[]
  actions?: string
}

export async function smallRun(options: SmallRunOptions = {}): Promise<SmallRun> {
  const [prometheus, alertmanager] = await Promise.all([stubPrometheus(), stubAlertmanager()])
  prometheus.rules = [
    { name: 'CacheDown', firing: false },
    { name: 'Watchdog', firing: true },
  ]
  prometheus.answers.set('failed', [0]).set('cache:up', [1]).set('cache:hit_ratio', [0.95])
  const folder = drillbookFolder({
    prometheusUrl: prometheus.url,
    opsUrls: options.opsUrls ?? [NOBODY],
    extra: (options.extra ?? 'alertmanager: { url: "ALERTMANAGER" }').replace('ALERTMANAGER', alertmanager.url),
    ...(options.runbook === undefined ? {} : { runbook: options.runbook }),
    ...(options.actions === undefined ? {} : { actions: options.actions }),
  })
  const base = runOf(folder.root, new PrometheusClient({ url: prometheus.url }))
  const drill: Drill = { ...DRILL, limitsMs: LIMITS_MS, ...options.drill }
  const run = {
    ...base,
    drill,
    observer: new Observer(base.environment, drill, base.prometheus, base.display, POLL_MS),
  }
  return {
    run,
    prometheus,
    alertmanager,
    remove: async () => {
      await run.observer.stop()
      folder.remove()
      await Promise.all([prometheus.close(), alertmanager.close()])
    },
  }
}
