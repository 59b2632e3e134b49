import { describe, expect, test } from '@jest/globals'
import { walkRunbook } from '../../src/walk/walk-runbook.ts'
import { OUTAGE, TOKEN } from '../support/drillbook-folder.ts'
import { outcomes, walksOfOutage } from './walks.ts'

const walks = walksOfOutage()

describe('unattended', () => {
  test('every act runs on every instance, checks are checked, and what only people can do is left to them', async () => {
    const { options, captured } = walks.walkOf()
    const seen: string[] = []
    const { ended, steps } = await walkRunbook({ ...options, onStep: (s) => seen.push(s.name) })
    expect(ended).toBe('finished')
    expect(outcomes(steps)).toEqual([
      'sign-errors done',
      'ask-what-changed unattended',
      'use-spare done',
      'fast done',
      'repair done',
      'well done',
      'buy-a-second-one open',
    ])
    expect(seen).toEqual(steps.map((s) => s.name))
    expect(walks.paths()).toEqual([
      ['/source', '/repair'],
      ['/source', '/repair'],
    ])
    expect(walks.instances[0]?.calls[0]).toMatchObject({
      body: '{"source":"spare","reason":"it\'s out"}',
      actor: 'me@here',
    })
    expect(steps[3]).toMatchObject({ value: 0.05, shown: '50 ms', expect: '<= 200ms' })
    expect(captured.stdout).toBe('')
  })

  test('a step shows why, how and what for, what will really run, and the time used', async () => {
    const { options, captured } = walks.walkOf()
    await walkRunbook(options)
    for (const part of [
      /== Immediate: .* of 15m used/,
      /why {4}it works\.\n {2}method a switch\.\n {2}goal {3}relief\./,
      `PUT ${walks.instances[0]?.url}/source {"source":"spare","reason":"it's out"}`,
      'taken back by: drillbook act use-own',
      'wanted <= 200ms within 2.0s, for 200ms',
    ]) {
      expect(captured.stderr).toMatch(part)
    }
    expect(captured.stderr).not.toContain(TOKEN)
  })

  test('a check waits for its value, and it has to stay', async () => {
    walks.setUp({ runbook: OUTAGE.replace('"within":"20s"', '"within":"20m"') })
    const values = [2, 0.1, 2, 0.1, 0.1]
    walks.prometheus.answers.set('latency', () => [values.length > 1 ? (values.shift() ?? 0) : 0.1])
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'fast')).toMatchObject({ outcome: 'done', shown: '100 ms' })
    expect(values).toEqual([0.1])
  })

  test('a check that never holds fails after its time, and the walk goes on', async () => {
    walks.prometheus.answers.set('latency', [0.1, 3])
    const { ended, steps } = await walkRunbook(walks.walkOf().options)
    const fast = steps.find((s) => s.name === 'fast')
    expect(fast).toMatchObject({ outcome: 'failed', value: 3 })
    const waited = Date.parse(fast?.finishedAt ?? '') - Date.parse(fast?.startedAt ?? '')
    // 20 s at speed 10, and not longer: it looks every 200 ms, or less often when the machine is busy.
    expect(waited).toBeGreaterThanOrEqual(2000)
    expect(walks.prometheus.asked.filter((promql) => promql === 'latency').length).toBeLessThan(20)
    expect(ended).toBe('finished')
  })

  test.each([
    ['no data', []],
    ['NaN', [Number.NaN]],
  ])('%s is not what was wanted', async (_, values) => {
    walks.prometheus.answers.set('up', values)
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'well')).toMatchObject({ outcome: 'failed', value: null })
  })

  test('a sign is present or absent, and neither is a failure', async () => {
    walks.prometheus.answers.set('errors', [400])
    const { options, captured } = walks.walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps[0]).toMatchObject({ name: 'sign-errors', outcome: 'done', note: 'present', shown: '400' })
    expect(captured.stderr).toContain('● present  sign-errors: 400 (a sign is >= 100)')
  })

  test('one instance that refuses makes the act fail, and the refusal is shown in full', async () => {
    if (walks.instances[1] === undefined) throw new Error('two instances')
    walks.instances[1].answer = ({ path }, response) => {
      if (path !== '/source') return false
      response.statusCode = 409
      response.end('{"code":"cache_read_only"}')
      return true
    }
    const { options, captured } = walks.walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'use-spare')).toMatchObject({
      outcome: 'failed',
      targets: [{ ok: true }, { ok: false, status: 409 }],
    })
    expect(captured.stderr).toContain(`no ${walks.instances[1].url} 409 {"code":"cache_read_only"}`)
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('done')
  })

  test('with Prometheus down the acts still run, checks are unknown, and the walk says so once', async () => {
    await walks.prometheus.close()
    const { options, captured } = walks.walkOf()
    const { ended, steps } = await walkRunbook(options)
    expect(ended).toBe('finished')
    expect(outcomes(steps)).toEqual([
      'sign-errors unknown',
      'ask-what-changed unattended',
      'use-spare done',
      'fast unknown',
      'repair done',
      'well unknown',
      'buy-a-second-one open',
    ])
    expect(captured.stderr.match(/Checks become questions; actions still work/g)).toHaveLength(1)
  })

  test('an act that this environment does not know fails, is announced at the start, and the others run', async () => {
    walks.setUp({ actions: '  repair: { ops: { method: POST, path: /repair, json: {} } }' })
    const { options, captured } = walks.walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'use-spare')).toMatchObject({
      outcome: 'failed',
      note: expect.stringContaining('actions.use-spare is missing in environments/test.yaml'),
    })
    expect(walks.paths()).toEqual([['/repair'], ['/repair']])
    expect(
      captured.stderr.indexOf('runbooks/outage.md:38  actions.use-spare is missing in environments/test.yaml'),
    ).toBeLessThan(captured.stderr.indexOf('== Signs'))
  })

  test('an optional act that this environment does not know is left to a person', async () => {
    const runbook = OUTAGE.replace('"kind":"act","undo"', '"kind":"act","optional":"true","undo"')
    walks.setUp({ runbook, actions: '  repair: { ops: { method: POST, path: /repair, json: {} } }' })
    const { steps } = await walkRunbook(walks.walkOf().options)
    expect(steps.find((s) => s.name === 'use-spare')).toMatchObject({
      outcome: 'unattended',
      note: expect.stringContaining('actions.use-spare is missing'),
    })
  })

  test('a command that only looks runs in this environment, and its output is talk', async () => {
    const block = '```sh {"name":"look","kind":"check"}\ndrillbook query up\n```\n'
    walks.setUp({ runbook: OUTAGE.replace('### Use the spare', `${block}\n### Use the spare`) })
    const { options, captured } = walks.walkOf()
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'look')).toMatchObject({ kind: 'command', outcome: 'done' })
    expect(captured.stderr).toContain('    m{instance="i0"} 1\n')
    expect(captured.stdout).toBe('')
  })

  test('production is refused before anything is written or done', async () => {
    walks.setUp({ production: true })
    const { options, incident } = walks.walkOf()
    await expect(walkRunbook(options)).rejects.toMatchObject({ code: 'refused' })
    expect(incident.events().map((e) => e.type)).toEqual(['opened'])
    expect(walks.paths()).toEqual([[], []])
  })
})
