import { findRoot, type Root } from '@drillbook/content/root'
import { runCli } from '../../src/cli.ts'
import { Display } from '../../src/drill/display.ts'
import { readDrill } from '../../src/drill/drill-file.ts'
import { createJournal } from '../../src/drill/journal-file.ts'
import { Observer } from '../../src/drill/observer.ts'
import type { Run } from '../../src/drill/run.ts'
import { loadEnvironment } from '../../src/environment/environment.ts'
import { KeeperClient } from '../../src/keeper/client.ts'
import type { PrometheusClient } from '../../src/prometheus/client.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

/** Where nobody listens. */
export const NOBODY = 'http://127.0.0.1:1'

/** The shipped drill `cache-outage` in the environment `test` (speed 10), before its first phase, with nobody to talk to but this Prometheus. */
export function runOf(root: Root, prometheus: PrometheusClient): Run {
  const { stdio } = capturedStdio({ cwd: root.dir })
  const environment = loadEnvironment(root, `${root.environments}/test.yaml`, {})
  const drill = readDrill(findRoot(import.meta.dirname), 'cache-outage')
  const display = new Display(stdio)
  return {
    root,
    environment,
    drill,
    stdio,
    display,
    prometheus,
    keeper: new KeeperClient({ url: NOBODY }),
    journal: createJournal(root, drill, environment),
    observer: new Observer(environment, drill, prometheus, display),
    slack: undefined,
    unattended: false,
    runCommand: runCli,
    signal: stdio.signal,
    hurry: new AbortController().signal,
    waiting: undefined,
    stop: undefined,
    lease: undefined,
  }
}
