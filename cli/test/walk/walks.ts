import { afterEach, beforeEach } from '@jest/globals'
import { runCli } from '../../src/cli.ts'
import { loadEnvironment } from '../../src/environment/environment.ts'
import { type IncidentRecord, openIncident } from '../../src/incident/record.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { readRunbook } from '../../src/runbook/read-runbook.ts'
import type { WalkOptions } from '../../src/walk/walk-runbook.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { drillbookFolder, type FolderOptions, TOKEN } from '../support/drillbook-folder.ts'
import { type FakeInstance, fakeInstance } from '../support/fake-instance.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'

/** What walks of the runbook `outage` are made of, in this process: a Prometheus in which all is well, and two instances. */
export class Walks {
  prometheus!: FakePrometheus
  instances: FakeInstance[] = []
  private folder: ReturnType<typeof drillbookFolder> | undefined

  async open(): Promise<void> {
    this.prometheus = await fakePrometheus()
    this.instances = [await fakeInstance(TOKEN), await fakeInstance(TOKEN)]
    this.prometheus.answers.set('errors', [0]).set('latency', [0.05]).set('up', [1])
    this.setUp()
  }

  async close(): Promise<void> {
    this.folder?.remove()
    await Promise.all([this.prometheus.close(), ...this.instances.map((i) => i.close())])
  }

  /** Another folder instead. */
  setUp(options: Partial<FolderOptions> = {}): void {
    this.folder?.remove()
    const opsUrls = this.instances.map((i) => i.url)
    this.folder = drillbookFolder({ prometheusUrl: this.prometheus.url, opsUrls, ...options })
  }

  /** The options of one, with `--yes` unless they are changed. */
  walkOf(changes: Partial<WalkOptions> = {}): {
    options: WalkOptions
    incident: IncidentRecord
    captured: { stderr: string; stdout: string }
  } {
    if (this.folder === undefined) throw new Error('open() first')
    const { root } = this.folder
    const { stdio, captured } = capturedStdio({ cwd: root.dir })
    const environment = loadEnvironment(root, `${root.environments}/test.yaml`, {})
    const incident =
      changes.incident ?? openIncident({ root, incident: 'outage', environment: 'test', actor: 'me@here' })
    const options: WalkOptions = {
      stdio,
      environment,
      runbook: readRunbook(root, 'outage'),
      incident,
      mode: 'yes',
      actor: 'me@here',
      signal: stdio.signal,
      prometheus: new PrometheusClient(environment.prometheus, 2000),
      runCommand: runCli,
      ...changes,
    }
    return { options, incident, captured }
  }

  /** What each instance was asked for. */
  paths(): string[][] {
    return this.instances.map((i) => i.calls.map((c) => c.path))
  }
}

/** Fresh ones for each test of the file that calls it. */
export function walksOfOutage(): Walks {
  const walks = new Walks()
  beforeEach(() => walks.open())
  afterEach(() => walks.close())
  return walks
}

export const outcomes = (steps: readonly { name: string; outcome: string }[]): string[] =>
  steps.map((s) => `${s.name} ${s.outcome}`)
