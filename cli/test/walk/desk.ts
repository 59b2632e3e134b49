import { afterEach, beforeEach } from '@jest/globals'
import { drillbookFolder, type FolderOptions, TOKEN } from '../support/drillbook-folder.ts'
import { type FakeInstance, fakeInstance } from '../support/fake-instance.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'
import { type Ended, runDrillbook } from '../support/run-drillbook.ts'

export const ENV = { DRILLBOOK_ENV: 'test', DRILLBOOK_ACTOR: 'ann@desk' }

/** Where a responder sits: a folder, a Prometheus in which the thing is down, and one instance to act on. */
export class Desk {
  prometheus!: FakePrometheus
  instance!: FakeInstance
  folder!: ReturnType<typeof drillbookFolder>

  async open(): Promise<void> {
    this.prometheus = await fakePrometheus()
    this.instance = await fakeInstance(TOKEN)
    this.prometheus.answers.set('errors', [400]).set('latency', [0.05]).set('up', [1])
    this.prometheus.alerts.push({ name: 'ThingDown', incident: 'outage', severity: 'critical', state: 'firing' })
    this.setUp()
  }

  async close(): Promise<void> {
    this.folder.remove()
    await Promise.all([this.prometheus.close(), this.instance.close()])
  }

  /** Another folder instead. */
  setUp(options: Partial<FolderOptions> = {}): void {
    this.folder?.remove()
    this.folder = drillbookFolder({ prometheusUrl: this.prometheus.url, opsUrls: [this.instance.url], ...options })
  }

  drillbook(...argv: string[]): Promise<Ended> {
    return runDrillbook(argv, { cwd: this.folder.root.dir, env: ENV })
  }
}

/** A fresh one for each test of the file that calls it. */
export function responderDesk(): Desk {
  const desk = new Desk()
  beforeEach(() => desk.open())
  afterEach(() => desk.close())
  return desk
}
