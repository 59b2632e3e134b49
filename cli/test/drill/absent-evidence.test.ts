import { afterEach, describe, expect, jest, test } from '@jest/globals'
import type { Drill } from '../../src/drill/drill.ts'
import { Observer } from '../../src/drill/observer.ts'
import { detect } from '../../src/drill/phases/detect.ts'
import { gate } from '../../src/drill/phases/gate.ts'
import { confirm } from '../../src/drill/phases/inject.ts'
import { recover, walk } from '../../src/drill/phases/mend.ts'
import { verify } from '../../src/drill/phases/roll-back.ts'
import { score } from '../../src/drill/phases/score.ts'
import { mark, type Run } from '../../src/drill/run.ts'
import { Sightings } from '../../src/drill/sightings.ts'
import { until } from '../keeper/fake-environment.ts'
import { type SmallRun, type SmallRunOptions, smallRun } from './small-run.ts'

/** What each phase makes of an empty result, an error and no answer: never a pass. */
let small: SmallRun
afterEach(() => small.remove())

const SHORT = { withinMs: 1000 }
const begin = async (options: SmallRunOptions = {}) => {
  small = await smallRun({ extra: '', ...options })
  for (const moment of ['injectedAt', 'mitigatedAt'] as const) mark(small.run, moment, new Date(), 'a test')
  return small
}
const withDrill = (run: Run, drill: Partial<Drill>): Run => ({ ...run, drill: { ...run.drill, ...drill } })
const check = (name: string) => small.run.journal.data.checks.find((c) => c.name === name)

describe('the gate', () => {
  const traffic = 'traffic: { valid: { promql: min(traffic_valid), expect: "== 1" } }'
  test.each<[string, () => void, RegExp]>([
    [
      'a probe of the hypothesis gives nothing',
      () => small.prometheus.answers.delete('failed'),
      /nobody-fails: no samples/,
    ],
    [
      'the recovered state gives nothing',
      () => small.prometheus.answers.delete('cache:hit_ratio'),
      /recovered: no samples/,
    ],
    [
      'nothing is heard of the load generator',
      () => small.prometheus.answers.delete('min(traffic_valid)'),
      /keeps up: no/,
    ],
    ['a rule has never been evaluated', () => health('unknown'), /not known to be quiet: CacheDown [(]unknown[)]/],
    ['a rule cannot be evaluated', () => health('err'), /not known to be quiet: CacheDown [(]err[)]/],
    ['the Watchdog is silent', () => fires('Watchdog', false), /Watchdog does not fire.*alerting is dead/],
    ['Prometheus has no rule for the alert', () => small.prometheus.rules.shift(), /Prometheus has no rule CacheDown/],
    ['Prometheus does not tell its rules', () => Object.assign(small.prometheus, { down: '/api/v1/rules' }), /503|not/],
  ])('is not clean when %s', async (_, happens, why) => {
    const { run, prometheus } = await begin({ extra: traffic })
    prometheus.answers.set('min(traffic_valid)', [1])
    happens()
    const limitsMs = { ...run.drill.limitsMs, gate: 0 }
    await expect(gate(withDrill(run, { limitsMs }))).rejects.toThrow(why)
  })

  test('does not speak of a Watchdog where there is none', async () => {
    const { run, prometheus } = await begin()
    prometheus.rules.pop()
    await expect(gate(run)).resolves.toBe('healthy, nothing fires, nobody else drills')
  })
})

const fires = (name: string, firing: boolean) =>
  Object.assign(small.prometheus.rules.find((r) => r.name === name) ?? {}, { firing })
const health = (state: string) => Object.assign(small.prometheus.rules[0] ?? {}, { health: state })

describe('a phase', () => {
  test.each<[string, string, (run: Run) => Promise<string>, RegExp]>([
    ['confirm', 'cache:up', confirm, /had no effect: cache:up is no samples/],
    ['recover', 'cache:hit_ratio', recover, /not recovered: cache:hit_ratio is no samples/],
    ['recover', 'failed', recover, /not recovered: failed is no samples/],
  ])('%s fails when %s gives nothing', async (_, promql, phase, why) => {
    const { run, prometheus } = await begin()
    prometheus.answers.set('cache:up', [0])
    prometheus.answers.delete(promql)
    const { confirm, recovered } = run.drill
    const hasty = { confirm: { ...confirm, ...SHORT }, recovered: { ...recovered, ...SHORT } }
    await expect(phase(withDrill(run, hasty))).rejects.toThrow(why)
  })

  test('detect fails when Prometheus does not tell what fires', async () => {
    const { run, prometheus } = await begin()
    prometheus.down = '/api/v1/rules'
    run.observer.start(new Date())
    const limitsMs = { ...run.drill.limitsMs, detect: 0 }
    await expect(detect(withDrill(run, { limitsMs }))).rejects.toThrow(/1 of 1 expected alerts did not fire/)
  })

  test('detect knows when the alert fired: as stored, or else as it was seen', async () => {
    const { run, prometheus } = await begin()
    fires('CacheDown', true)
    run.observer.start(new Date())
    await detect(run)
    expect(run.journal.data.times.firingAt).not.toBeNull()
    expect(run.journal.data.evidence.firingAt).toMatch(/has stored no ALERTS/)
    prometheus.ranges.set('ALERTS{alertname="CacheDown",alertstate="firing"}', [
      [
        [-2, 1],
        [-1, 1],
      ],
    ])
    await detect(run)
    expect(run.journal.data.evidence.firingAt).toBe('the first stored sample of ALERTS')
  })

  test('walk does not begin when nobody can see what the runbook changes', async () => {
    const { run, prometheus } = await begin()
    prometheus.answers.delete('cache:hit_ratio')
    await expect(walk(run)).rejects.toThrow(/^mitigation not proven: cache:hit_ratio gives nothing before the runbook/)
  })

  test('verify fails when it is not known whether alerts fire, and when a probe gives nothing', async () => {
    const { run, prometheus } = await begin()
    prometheus.down = '/api/v1/rules'
    prometheus.answers.delete('failed')
    const limitsMs = { ...run.drill.limitsMs, resolve: 0 }
    const hasty = { limitsMs, recovered: { ...run.drill.recovered, ...SHORT } }
    const result = verify(withDrill(run, hasty))
    await expect(result).rejects.toThrow(/nobody-fails: no samples.*it is not known whether alerts fire/)
  })
})

describe('the score', () => {
  const scored = async (happens: () => void = () => {}, options: SmallRunOptions = {}) => {
    const { run } = await begin(options)
    run.journal.data.phases.push(passed('inject'), passed('detect'))
    fires('CacheDown', true)
    run.observer.start(new Date())
    await until(() => run.observer.fired.size > 0, 'the alert to be seen')
    happens()
    await score(run)
    return run.journal.data
  }
  const passed = (name: 'inject' | 'detect') => {
    const at = new Date().toISOString()
    return { name, status: 'passed' as const, startedAt: at, finishedAt: at, text: 'fine' }
  }

  test('knows an alert that fired between two looks from what is stored', async () => {
    await scored(() => Object.assign(small.prometheus, { stored: ['CacheDown', 'DiskFull', 'Watchdog'] }))
    expect(check('nothing unexpected fired')).toMatchObject({ state: 'failed', text: 'DiskFull' })
  })

  test.each<[string, () => void]>([
    ['Prometheus has stored no ALERTS', () => Object.assign(small.prometheus, { stored: [] })],
    ['Prometheus cannot be asked', () => Object.assign(small.prometheus, { down: 'max_over_time(ALERTS' })],
  ])('does not call it proven that nothing unexpected fired when %s', async (_, happens) => {
    await scored(happens)
    expect(check('nothing unexpected fired')).toMatchObject({ state: 'not proven' })
  })

  test('does not call users unharmed when no request was counted, or nobody could look', async () => {
    await scored()
    expect(check('users were not harmed')).toMatchObject({ state: 'not proven' })
    expect(check('users were not harmed')?.text).toMatch(/no request was counted/)
  })

  test('does not call it 0 requests when the service counts none', async () => {
    const { impact } = await scored()
    expect(impact).toMatchObject({ requests: null, failed: null, slow: null })
    expect(impact.evidence).toBe('not counted: reference-app has no http_server_request_duration_seconds in Prometheus')
  })

  test('holds when everything is there', async () => {
    const requests = 'http_server_request_duration_seconds_count{service="reference-app"}'
    await scored(() =>
      small.prometheus.ranges.set(requests, [
        [
          [-9, 10],
          [-1, 30],
        ],
      ]),
    )
    expect(check('users were not harmed')).toMatchObject({ state: 'held' })
    expect(check('nothing unexpected fired')).toMatchObject({ state: 'held' })
  })
})

test('what was out of sight for long is told, and a hiccup is not', () => {
  const sightings = new Sightings()
  expect(sightings.longestBlindMs(0)).toBeUndefined()
  sightings.begin(0)
  sightings.seen(500)
  sightings.trouble = 'no answer'
  expect([sightings.longestBlindMs(40_500), sightings.isFresh(600, 1000)]).toEqual([40_000, false])
  sightings.seen(30_500)
  sightings.end(31_000)
  expect([sightings.longestBlindMs(90_000), sightings.isFresh(31_000, 1000)]).toEqual([30_000, true])
})

describe('an observer', () => {
  afterEach(() => void jest.restoreAllMocks())

  test.each(['users', 'aborts', 'traffic', 'alerts'] as const)(
    'has not seen %s when Prometheus was away',
    async (what) => {
      const { run, prometheus } = await begin({ extra: 'traffic: { valid: { promql: valid, expect: "== 1" } }' })
      const abort = [{ name: 'too-much', promql: 'harm', expect: '> 1' }]
      const { environment, prometheus: client, display } = run
      const observer = new Observer(environment, { ...run.drill, abort }, client, display)
      expect(observer.unseen(what)).toBe('nobody looked')
      prometheus.down = true
      observer.start(new Date())
      await until(() => prometheus.asked >= 8, 'two looks')
      expect(observer.unseen(what)).toBeUndefined()
      const now = Date.now()
      jest.spyOn(Date, 'now').mockImplementation(() => now + 20_000)
      expect(observer.unseen(what)).toMatch(/it could not be seen for 2[01] s: /)
      await observer.stop()
    },
  )

  test('does not take two rules of one alert for two alerts', async () => {
    const { run, prometheus } = await begin()
    prometheus.rules.push({ name: 'CacheDown', firing: true }, { name: 'CacheDown', firing: false })
    const told: string[] = []
    const listener = {
      alert: (name: string, state: string) => told.push(`${name} ${state}`),
      message() {},
      warning() {},
    }
    const observer = new Observer(run.environment, run.drill, run.prometheus, listener)
    observer.start(new Date())
    const asked = prometheus.asked
    await until(() => prometheus.asked >= asked + 8, 'some looks')
    await observer.stop()
    expect(told).toEqual(['CacheDown firing'])
  })
})
