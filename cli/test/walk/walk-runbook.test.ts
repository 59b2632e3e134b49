import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { loadEnvironment } from '../../src/environment/environment.ts'
import { CliError } from '../../src/errors.ts'
import { type IncidentRecord, openIncident } from '../../src/incident/record.ts'
import { PrometheusClient } from '../../src/prometheus/client.ts'
import { readRunbook } from '../../src/runbook/read-runbook.ts'
import { type Asker, unattended } from '../../src/walk/asker.ts'
import { type WalkOptions, walkRunbook } from '../../src/walk/walk-runbook.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { drillbookFolder, OUTAGE, TOKEN } from '../support/drillbook-folder.ts'
import { type FakeInstance, fakeInstance } from '../support/fake-instance.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'

let prometheus: FakePrometheus
let instances: FakeInstance[]
let folder: ReturnType<typeof drillbookFolder>

beforeEach(async () => {
  prometheus = await fakePrometheus()
  instances = [await fakeInstance(TOKEN), await fakeInstance(TOKEN)]
  prometheus.answers.set('errors', [0]).set('latency', [0.05]).set('up', [1])
  setUp()
})
afterEach(async () => {
  folder.remove()
  await Promise.all([prometheus.close(), ...instances.map((i) => i.close())])
})

function setUp(options: { runbook?: string; actions?: string; production?: boolean } = {}): void {
  folder?.remove()
  folder = drillbookFolder({ prometheusUrl: prometheus.url, opsUrls: instances.map((i) => i.url), ...options })
}

function walkOf(changes: Partial<WalkOptions> = {}): {
  options: WalkOptions
  incident: IncidentRecord
  captured: { stderr: string; stdout: string }
} {
  const { stdio, captured } = capturedStdio({ cwd: folder.root.dir })
  const environment = loadEnvironment(folder.root, `${folder.root.environments}/test.yaml`, {})
  const incident =
    changes.incident ?? openIncident({ root: folder.root, incident: 'outage', environment: 'test', actor: 'me@here' })
  const options: WalkOptions = {
    stdio,
    environment,
    runbook: readRunbook(folder.root, 'outage'),
    incident,
    mode: 'yes',
    actor: 'me@here',
    signal: stdio.signal,
    prometheus: new PrometheusClient(environment.prometheus, 2000),
    ...changes,
  }
  return { options, incident, captured }
}

const outcomes = (steps: readonly { name: string; outcome: string }[]) => steps.map((s) => `${s.name} ${s.outcome}`)
const paths = () => instances.map((i) => i.calls.map((c) => c.path))

describe('unattended', () => {
  test('every act runs on every instance, checks are checked, and what only people can do is left to them', async () => {
    const { options, captured } = walkOf()
    const seen: string[] = []
    const { ended, steps } = await walkRunbook({ ...options, onStep: (s) => seen.push(s.name) })
    expect(ended).toBe('finished')
    expect(outcomes(steps)).toEqual([
      'sign-errors done',
      'ask-what-changed unattended',
      'use-spare done',
      'fast done',
      'repair done',
      'buy-a-second-one unattended',
      'well done',
    ])
    expect(seen).toEqual(steps.map((s) => s.name))
    expect(paths()).toEqual([
      ['/source', '/repair'],
      ['/source', '/repair'],
    ])
    expect(instances[0]?.calls[0]).toMatchObject({ body: '{"source":"spare","reason":"it\'s out"}', actor: 'me@here' })
    expect(steps[3]).toMatchObject({ value: 0.05, shown: '50 ms', expect: '<= 200ms' })
    expect(captured.stdout).toBe('')
  })

  test('a step shows why, how and what for, what will really run, and the time used', async () => {
    const { options, captured } = walkOf()
    await walkRunbook(options)
    for (const part of [
      /== Immediate: .* of 15m used/,
      /why {4}it works\.\n {2}method a switch\.\n {2}goal {3}relief\./,
      `PUT ${instances[0]?.url}/source {"source":"spare","reason":"it's out"}`,
      'taken back by: drillbook act use-own',
      'wanted <= 200ms within 2.0s, for 200ms',
    ]) {
      expect(captured.stderr).toMatch(part)
    }
    expect(captured.stderr).not.toContain(TOKEN)
  })

  test('a check waits for its value, and it has to stay', async () => {
    const values = [2, 0.1, 2, 0.1, 0.1]
    prometheus.answers.set('latency', () => [values.length > 1 ? (values.shift() ?? 0) : 0.1])
    const { steps } = await walkRunbook(walkOf().options)
    expect(steps.find((s) => s.name === 'fast')).toMatchObject({ outcome: 'done', shown: '100 ms' })
    expect(values).toEqual([0.1])
  })

  test('a check that never holds fails after its time, and the walk goes on', async () => {
    prometheus.answers.set('latency', [0.1, 3])
    const { ended, steps } = await walkRunbook(walkOf().options)
    const fast = steps.find((s) => s.name === 'fast')
    expect(fast).toMatchObject({ outcome: 'failed', value: 3 })
    const waited = Date.parse(fast?.finishedAt ?? '') - Date.parse(fast?.startedAt ?? '')
    // 20 s at speed 10.
    expect(waited).toBeGreaterThanOrEqual(2000)
    expect(waited).toBeLessThan(4000)
    expect(ended).toBe('finished')
  })

  test.each([
    ['no data', []],
    ['NaN', [Number.NaN]],
  ])('%s is not what was wanted', async (_, values) => {
    prometheus.answers.set('up', values)
    const { steps } = await walkRunbook(walkOf().options)
    expect(steps.at(-1)).toMatchObject({ name: 'well', outcome: 'failed', value: null })
  })

  test('a sign is present or absent, and neither is a failure', async () => {
    prometheus.answers.set('errors', [400])
    const { options, captured } = walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps[0]).toMatchObject({ name: 'sign-errors', outcome: 'done', note: 'present', shown: '400' })
    expect(captured.stderr).toContain('● present  sign-errors: 400 (a sign is >= 100)')
  })

  test('one instance that refuses makes the act fail, and the refusal is shown in full', async () => {
    if (instances[1] === undefined) throw new Error('two instances')
    instances[1].answer = ({ path }, response) => {
      if (path !== '/source') return false
      response.statusCode = 409
      response.end('{"code":"cache_read_only"}')
      return true
    }
    const { options, captured } = walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'use-spare')).toMatchObject({
      outcome: 'failed',
      targets: [{ ok: true }, { ok: false, status: 409 }],
    })
    expect(captured.stderr).toContain(`no ${instances[1].url} 409 {"code":"cache_read_only"}`)
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('done')
  })

  test('with Prometheus down the acts still run, checks are unknown, and the walk says so once', async () => {
    await prometheus.close()
    const { options, captured } = walkOf()
    const { ended, steps } = await walkRunbook(options)
    expect(ended).toBe('finished')
    expect(outcomes(steps)).toEqual([
      'sign-errors unknown',
      'ask-what-changed unattended',
      'use-spare done',
      'fast unknown',
      'repair done',
      'buy-a-second-one unattended',
      'well unknown',
    ])
    expect(captured.stderr.match(/Checks become questions; actions still work/g)).toHaveLength(1)
  })

  test('an act that this environment does not know fails, is announced at the start, and the others run', async () => {
    setUp({ actions: '  repair: { ops: { method: POST, path: /repair, json: {} } }' })
    const { options, captured } = walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'use-spare')).toMatchObject({
      outcome: 'failed',
      note: expect.stringContaining('knows no action'),
    })
    expect(paths()).toEqual([['/repair'], ['/repair']])
    expect(
      captured.stderr.indexOf('runbooks/outage.md:38  the environment test knows no action use-spare'),
    ).toBeLessThan(captured.stderr.indexOf('== Signs'))
  })

  test('a command that only looks runs in this environment, and its output is talk', async () => {
    const block = '```sh {"name":"look","kind":"check"}\ndrillbook query up\n```\n'
    setUp({ runbook: OUTAGE.replace('### Use the spare', `${block}\n### Use the spare`) })
    const { options, captured } = walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'look')).toMatchObject({ kind: 'command', outcome: 'done' })
    expect(captured.stderr).toContain('    m{instance="i0"} 1\n')
    expect(captured.stdout).toBe('')
  })

  test('production is refused before anything is written or done', async () => {
    setUp({ production: true })
    const { options, incident } = walkOf()
    await expect(walkRunbook(options)).rejects.toMatchObject({ code: 'refused' })
    expect(incident.events().map((e) => e.type)).toEqual(['opened'])
    expect(paths()).toEqual([[], []])
  })
})

describe('with a person who answers', () => {
  /** Answers by name of the step or the action; else as nobody would. */
  const asker = (answers: Partial<Asker>): Asker => ({ ...unattended, ...answers })

  test('a skipped act does not run; a manual step keeps the note', async () => {
    const { options } = walkOf({
      mode: 'interactive',
      asker: asker({
        act: async ({ block }) => (block.action === 'repair' ? 'skip' : 'run'),
        manual: async (step) =>
          step.slug === 'ask-what-changed' ? { outcome: 'done', note: 'Ann deployed' } : { outcome: 'skipped' },
      }),
    })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'ask-what-changed')).toMatchObject({ outcome: 'done', note: 'Ann deployed' })
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('skipped')
    expect(paths()).toEqual([['/source'], ['/source']])
  })

  test('stopping ends the walk, and the next one goes on at the same step', async () => {
    const first = walkOf({
      mode: 'interactive',
      asker: asker({ act: async ({ block }) => (block.action === 'repair' ? 'stop' : 'run') }),
    })
    expect((await walkRunbook(first.options)).ended).toBe('stopped')
    const second = walkOf({ incident: first.incident })
    const { ended, steps } = await walkRunbook(second.options)
    expect(ended).toBe('finished')
    expect(steps).toHaveLength(7)
    expect(paths()).toEqual([
      ['/source', '/repair'],
      ['/source', '/repair'],
    ])
    expect(second.captured.stderr).toContain('The walk was stopped after 4 steps; going on there.')
    expect(second.captured.stderr).not.toContain('Ask what changed')
  })

  test('a walk that reached its end is not resumed: the next one begins anew', async () => {
    const first = walkOf()
    await walkRunbook(first.options)
    await walkRunbook(walkOf({ incident: first.incident }).options)
    expect(paths()[0]).toEqual(['/source', '/repair', '/source', '/repair'])
  })

  test('a failed act can be tried again', async () => {
    let broken = true
    for (const instance of instances) {
      instance.answer = ({ path }, response) => {
        if (path !== '/repair' || !broken) return false
        response.statusCode = 500
        response.end('no')
        return true
      }
    }
    const failed: string[] = []
    const { options } = walkOf({
      mode: 'interactive',
      asker: asker({
        failed: async (name) => {
          failed.push(name)
          broken = false
          return 'retry'
        },
      }),
    })
    const { steps } = await walkRunbook(options)
    expect(failed).toEqual(['repair'])
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('done')
  })

  test('with Prometheus down the person judges', async () => {
    await prometheus.close()
    const { options } = walkOf({
      mode: 'interactive',
      asker: asker({ byHand: async () => ({ outcome: 'done', note: 'I looked' }) }),
    })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'fast')).toMatchObject({ outcome: 'done', note: 'I looked' })
  })

  test('a check that failed when the walk was stopped is done again', async () => {
    prometheus.answers.set('latency', [3])
    const first = walkOf({ mode: 'interactive', asker: asker({ failed: async () => 'stop' }) })
    expect((await walkRunbook(first.options)).ended).toBe('stopped')
    prometheus.answers.set('latency', [0.1])
    const { steps } = await walkRunbook(walkOf({ incident: first.incident }).options)
    expect(steps.find((s) => s.name === 'fast')?.outcome).toBe('done')
    expect(paths()[0]).toEqual(['/source', '/repair'])
  })
})

test('an abort in the middle of a wait is recorded, and the walk can be resumed', async () => {
  prometheus.answers.set('latency', [3])
  const stop = new AbortController()
  const { options, incident } = walkOf({ signal: stop.signal, onStep: (s) => s.name === 'use-spare' && stop.abort() })
  const error = await walkRunbook(options).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CliError)
  expect(error).toMatchObject({ code: 'interrupted', hint: `Go on where it was: drillbook respond ${incident.id}` })
  expect(incident.state().walk?.ended).toBe('interrupted')
  prometheus.answers.set('latency', [0.1])
  expect((await walkRunbook(walkOf({ incident }).options)).ended).toBe('finished')
  expect(paths()[0]).toEqual(['/source', '/repair'])
})

test('an abort in the middle of an act leaves its end unknown, and the next walk runs it again', async () => {
  const stop = new AbortController()
  const [first] = instances
  if (first === undefined) throw new Error('two instances')
  first.answer = () => {
    stop.abort()
    return true
  }
  const { options, incident } = walkOf({ signal: stop.signal })
  await expect(walkRunbook(options)).rejects.toMatchObject({ code: 'interrupted' })
  expect(incident.state().unfinishedAct).toMatchObject({ action: 'use-spare' })
  delete first.answer
  const again = walkOf({ incident })
  await walkRunbook(again.options)
  expect(again.captured.stderr).toContain('its end is unknown: running it again')
  expect(first.calls.map((c) => c.path)).toEqual(['/source', '/source', '/repair'])
})
