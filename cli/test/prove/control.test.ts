import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { loadEnvironment } from '../../src/environment/environment.ts'
import { KeeperClient } from '../../src/keeper/client.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { type ControlRun, runControl } from '../../src/prove/control.ts'
import type { Control } from '../../src/prove/control-file.ts'
import { FakeEnvironment } from '../keeper/fake-environment.ts'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'

const CONTROL: Control = {
  name: 'healthy',
  file: 'runbooks/controls/healthy.yaml',
  title: 'Nothing fires',
  description: 'Nothing is wrong.',
  lastsMs: 500,
  faults: [],
  confirm: [{ name: 'people-come', promql: 'requests', expect: '>= 10' }],
  allowed: ['LoadHigh'],
}

let prometheus: FakePrometheus
let folder: ReturnType<typeof drillbookFolder>
beforeEach(async () => {
  prometheus = await fakePrometheus()
  prometheus.answers.set('requests', [50]).set('traffic_valid', [1])
  fires('Watchdog')
  folder = drillbookFolder({
    prometheusUrl: prometheus.url,
    opsUrls: ['http://127.0.0.1:9'],
    extra: 'traffic: { valid: { promql: traffic_valid, expect: "== 1" } }',
  })
})
afterEach(async () => {
  folder.remove()
  await prometheus.close()
})

function fires(name: string): void {
  prometheus.alerts.push({ name, incident: 'x', severity: 'warning', state: 'firing' })
}

function stops(name: string): void {
  prometheus.alerts.splice(0, prometheus.alerts.length, ...prometheus.alerts.filter((alert) => alert.name !== name))
}

/** Speed 1200: how long it waits for quiet is half a second, and a silence of a twentieth is too long. */
const run = (meanwhile: (text: string) => void = () => {}, changes: Partial<ControlRun> = {}) =>
  runControl({
    environment: { ...loadEnvironment(folder.root, 'test', {}), speed: 1200 },
    prometheus: new PrometheusClient({ url: prometheus.url }),
    keeper: new KeeperClient({ url: 'http://127.0.0.1:9' }),
    control: CONTROL,
    signal: new AbortController().signal,
    say: meanwhile,
    ...changes,
  })

/** Calls back once the condition has been asked, so in the middle of the control. */
function inTheMiddle(act: () => void): void {
  let asked = 0
  prometheus.answers.set('requests', () => {
    asked += 1
    if (asked === 1) act()
    return [50]
  })
}

test('passes when nothing but the Watchdog fires and the conditions held', async () => {
  expect(await run()).toMatchObject({ verdict: 'passed', reasons: [], fired: [], kind: 'control', name: 'healthy' })
})

test('fails by name when an alert fires in between, even if it is over at the end', async () => {
  inTheMiddle(() => fires('CacheDown'))
  const done = await run(() => stops('CacheDown'))
  expect(done).toMatchObject({ verdict: 'failed', reasons: ['CacheDown fired'], unexpected: ['CacheDown'] })
})

test('a fault is started through the keeper, is on meanwhile, and is undone at the end', async () => {
  const keeping = new FakeEnvironment()
  try {
    await keeping.start()
    const on: string[][] = []
    inTheMiddle(() => on.push((keeping.ops[0]?.calls ?? []).slice()))
    const changes = { keeper: keeping.client(), control: { ...CONTROL, name: 'load', faults: ['first'] } }
    expect(await run(undefined, changes)).toMatchObject({ verdict: 'passed', name: 'load' })
    expect(on).toEqual([['PUT /first/on']])
    expect(keeping.ops[0]?.calls).toEqual(['PUT /first/on', 'PUT /first/off'])
  } finally {
    await keeping.stop()
  }
})

test('a scrape of the load generator that is missed once does not count', async () => {
  let asked = 0
  prometheus.answers.set('traffic_valid', () => {
    asked += 1
    return asked === 1 ? [] : [1]
  })
  expect(await run()).toMatchObject({ verdict: 'passed', reasons: [] })
  expect(asked).toBeGreaterThan(1)
})

test('an alert that is allowed may fire', async () => {
  inTheMiddle(() => fires('LoadHigh'))
  expect(await run(() => stops('LoadHigh'))).toMatchObject({ verdict: 'passed', fired: ['LoadHigh'], unexpected: [] })
})

test('fails when an alert is still there at the end', async () => {
  inTheMiddle(() => fires('LoadHigh'))
  expect(await run()).toMatchObject({ verdict: 'failed', reasons: ['not quiet after it: LoadHigh'] })
})

test('is not proven without the Watchdog', async () => {
  stops('Watchdog')
  const reasons = ['not proven: the Watchdog did not fire: an alert would not have been seen']
  expect(await run()).toMatchObject({ verdict: 'failed', reasons })
})

test('is not proven when a condition never held, nor when it has no data', async () => {
  prometheus.answers.set('requests', [3])
  expect((await run()).reasons).toEqual(['not proven: people-come never held; last: 3 (expected >= 10)'])
  prometheus.answers.delete('requests')
  expect((await run()).reasons).toEqual(['not proven: people-come never held; last: no samples (expected >= 10)'])
})

test('is invalid when the load generator lagged, or said nothing', async () => {
  prometheus.answers.set('traffic_valid', [0])
  expect(await run()).toMatchObject({ verdict: 'invalid' })
  prometheus.answers.delete('traffic_valid')
  expect(await run()).toMatchObject({ verdict: 'invalid' })
})

test('is invalid when something fires before it begins', async () => {
  fires('CacheDown')
  expect(await run()).toMatchObject({ verdict: 'invalid', reasons: ['not quiet before it: CacheDown'] })
})

test('is not proven when Prometheus goes away in the middle', async () => {
  inTheMiddle(() => void prometheus.close())
  const { verdict, reasons } = await run()
  expect(verdict).toBe('failed')
  expect(reasons.join()).toMatch(/not proven: (nobody answered for|Prometheus does not answer)/)
})
