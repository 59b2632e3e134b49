import { CliError } from '@drillbook/content/errors'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { lastResolved } from '../../src/drill/message.ts'
import { Observer } from '../../src/drill/observer.ts'
import { confirm } from '../../src/drill/phases/inject.ts'
import { recover } from '../../src/drill/phases/mend.ts'
import { mark, type Run } from '../../src/drill/run.ts'
import { PrometheusClient, type Sample, type Series } from '../../src/prometheus/client.ts'
import { until } from '../keeper/fake-environment.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { NOBODY, runOf } from './run-of.ts'

let folder: ReturnType<typeof drillbookFolder>
beforeEach(() => {
  const extra = 'traffic: { valid: { promql: min(traffic_valid), expect: "== 1" } }'
  folder = drillbookFolder({ prometheusUrl: NOBODY, opsUrls: [NOBODY], extra })
})
afterEach(() => folder.remove())

/** Answers every question but the first range query, which meets it in the middle of a restart. */
class RestartingPrometheus extends PrometheusClient {
  values: number[] = [1]
  asked = 0
  private ranges = 0

  override async query(): Promise<Sample[]> {
    this.asked++
    return this.values.map((value) => ({ labels: {}, value, timestamp: 0 }))
  }

  override async queryRange(): Promise<Series[]> {
    if (this.ranges++ === 0) throw new CliError('unreachable', 'Prometheus does not answer')
    return []
  }

  override async alertingRules(): Promise<[]> {
    return []
  }
}

describe('a Prometheus that is away for a moment', () => {
  const begun = (prometheus: PrometheusClient): Run => {
    const run = runOf(folder.root, prometheus)
    for (const moment of ['injectedAt', 'mitigatedAt'] as const)
      mark(run, moment, new Date(Date.now() - 1000), 'a test')
    return run
  }

  test('after it has shown the effect of the fault is asked again', async () => {
    const prometheus = new RestartingPrometheus({ url: NOBODY })
    prometheus.values = [0]
    await expect(confirm(begun(prometheus))).resolves.toContain('is 0')
  })

  test('after it has shown the recovery is asked again', async () => {
    const run = begun(new RestartingPrometheus({ url: NOBODY }))
    const probe = { name: 'up', promql: 'up', expect: '== 1' }
    const drill = { ...run.drill, hypothesis: { title: 'well', probes: [] }, recovered: { ...probe, withinMs: 60_000 } }
    await expect(recover({ ...run, drill })).resolves.toBe('well')
  })
})

describe('the load generator', () => {
  afterEach(() => void jest.restoreAllMocks())
  const watch = async (values: number[], looks: number) => {
    const prometheus = new RestartingPrometheus({ url: NOBODY })
    // Half a second from look to look, however busy the machine is.
    const begun = Date.now()
    jest.spyOn(Date, 'now').mockImplementation(() => begun + prometheus.asked * 500)
    const { environment, drill, display } = runOf(folder.root, prometheus)
    const observer = new Observer(environment, { ...drill, protection: 'off' }, prometheus, display)
    prometheus.values = values
    observer.start(new Date())
    await until(() => prometheus.asked >= looks || observer.lagged !== undefined, 'some looks')
    const lagged = observer.lagged
    await observer.stop()
    return lagged
  }

  test('is not called late for one scrape that failed', async () => {
    expect(await watch([], 3)).toBeUndefined()
  })

  test('is called late when it says so, and when nothing is heard of it for three scrapes', async () => {
    expect(await watch([0], 3)).toMatch(/min[(]traffic_valid[)] was 0/)
    expect(await watch([], 30)).toMatch(/min[(]traffic_valid[)] was no samples/)
  })
})

describe('the end of an incident in Slack', () => {
  const message = (text: string) => ({ id: text, receivedAt: '2026-11-21T03:15:00.000Z', text })
  const [over, fires] = [message('RESOLVED: cache-outage in lab'), message('WARNING: cache-outage in lab')]

  test('is the last word about it: what was resolved before it broke out does not count', () => {
    expect(lastResolved([over, fires], 'cache-outage')).toBeUndefined()
    expect(lastResolved([fires, over], 'cache-outage')).toBe(over)
    expect(lastResolved([fires, over, message('DRILL: cache-outage is over')], 'cache-outage')).toBe(over)
    expect(lastResolved([], 'cache-outage')).toBeUndefined()
  })
})
