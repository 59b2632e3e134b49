import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listIncidents } from '../../src/incident/record.ts'
import { drillbookFolder, OUTAGE, TOKEN } from '../support/drillbook-folder.ts'
import { type FakeInstance, fakeInstance } from '../support/fake-instance.ts'
import { type FakePrometheus, fakePrometheus } from '../support/fake-prometheus.ts'
import { type Ended, runDrillbook, startDrillbook } from '../support/run-drillbook.ts'

/** The commands of a responder through the front door: the real process, stand-ins for what it talks to. */

let prometheus: FakePrometheus
let instance: FakeInstance
let folder: ReturnType<typeof drillbookFolder>

beforeEach(async () => {
  prometheus = await fakePrometheus()
  instance = await fakeInstance(TOKEN)
  prometheus.answers.set('errors', [400]).set('latency', [0.05]).set('up', [1])
  prometheus.alerts.push({ name: 'ThingDown', incident: 'outage', severity: 'critical', state: 'firing' })
  folder = drillbookFolder({ prometheusUrl: prometheus.url, opsUrls: [instance.url] })
})
afterEach(async () => {
  folder.remove()
  await Promise.all([prometheus.close(), instance.close()])
})

const ENV = { DRILLBOOK_ENV: 'test', DRILLBOOK_ACTOR: 'ann@desk' }
const drillbook = (...argv: string[]): Promise<Ended> => runDrillbook(argv, { cwd: folder.root.dir, env: ENV })

describe('respond', () => {
  test('killed in the middle of an act, it resumes there: nothing before is repeated, the act runs again', async () => {
    const called = once(process, 'drillbook-test-called' as 'exit')
    instance.answer = ({ path }) => {
      if (path !== '/repair') return false
      process.emit('drillbook-test-called' as 'exit', 0)
      return true
    }
    const { child, ended } = startDrillbook(['respond', 'outage', '--yes'], { cwd: folder.root.dir, env: ENV })
    await called
    child.kill('SIGKILL')
    await ended
    const [killed] = listIncidents(folder.root)
    expect(killed?.unfinishedAct).toMatchObject({ action: 'repair' })
    // What a power cut would leave besides.
    appendFileSync(join(folder.root.records, 'incidents', killed?.id ?? '', 'events.jsonl'), '{"at":"2026-11-')

    delete instance.answer
    const resumed = await drillbook('respond', 'outage', '--yes', '--json')
    expect(resumed.status).toBe(0)
    expect(resumed.stderr).toMatch(
      /The walk was killed after 4 steps; going on there\.\nrepair was started at .* and its end is unknown\./,
    )
    expect(instance.calls.map((c) => c.path)).toEqual(['/source', '/repair', '/repair'])
    const summary = JSON.parse(resumed.stdout)
    expect(summary.id).toBe(killed?.id)
    expect(summary.steps.map((s: { name: string }) => s.name)).toEqual([
      'sign-errors',
      'ask-what-changed',
      'use-spare',
      'fast',
      'repair',
      'buy-a-second-one',
      'well',
    ])
    expect(listIncidents(folder.root)).toHaveLength(1)
  })

  test('a Ctrl-C is recorded, says how to go on, and exits with 130', async () => {
    prometheus.answers.set('latency', [9])
    const { child, ended } = startDrillbook(['respond', 'outage', '--yes'], { cwd: folder.root.dir, env: ENV })
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('against <= 200ms')) child.kill('SIGINT')
    })
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(/hint: Go on where it was: drillbook respond \d{8}-\d{6}-outage\n$/)
    expect(listIncidents(folder.root)[0]?.walk?.ended).toBe('interrupted')
  })

  test('without a name it takes what is firing, and records it', async () => {
    const { status, stdout } = await drillbook('respond', '--yes')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\d{8}-\d{6}-outage: finished, 5 done, 0 failed, 2 unattended\n$/)
    expect(listIncidents(folder.root)[0]?.alerts).toMatchObject([
      { name: 'ThingDown', since: '2026-11-21T03:15:00.000Z' },
    ])
  })

  test('without a name and with nothing firing it says so and opens nothing', async () => {
    prometheus.alerts.length = 0
    const { status, stdout, stderr } = await drillbook('respond', '--yes')
    expect(status).toBe(0)
    expect(stdout).toBe('Nothing that has a runbook is firing in test, and no incident is open.\n')
    expect(stderr).toContain('Runbooks: outage.')
    expect(listIncidents(folder.root)).toEqual([])
  })

  test('a failed check makes it exit with 1, and stdout is JSON all the same', async () => {
    prometheus.answers.set('up', [0])
    const { status, stdout, stderr } = await drillbook('respond', 'outage', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout).steps.at(-1)).toMatchObject({ name: 'well', outcome: 'failed', value: 0 })
    expect(stderr).toContain('error: failed: well')
  })

  test('--new opens another incident although one is open', async () => {
    await drillbook('respond', 'outage', '--yes')
    await drillbook('respond', 'outage', '--yes')
    expect(listIncidents(folder.root)).toHaveLength(1)
    await drillbook('respond', 'outage', '--yes', '--new')
    expect(listIncidents(folder.root)).toHaveLength(2)
  })

  test('a malformed runbook is refused with all its problems, and no incident is opened', async () => {
    folder.remove()
    folder = drillbookFolder({
      prometheusUrl: prometheus.url,
      opsUrls: [instance.url],
      runbook: OUTAGE.replace('"== 1"', '"fine"').replace('act repair\n', 'act repair; reboot\n'),
    })
    const { status, stderr } = await drillbook('respond', 'outage', '--yes')
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /2 problems\n {2}runbooks\/outage\.md:54 {2}a shell would act on ;.*\n {2}runbooks\/outage\.md:74 {2}expect/,
    )
    expect(existsSync(folder.root.records)).toBe(false)
  })

  test.each([
    ['without a terminal and without --yes', ['respond', 'outage'], 2, /no terminal to ask at/],
    [
      'for an incident without a runbook',
      ['respond', 'flood', '--yes'],
      2,
      /no runbook for flood.*\n.*There are runbooks for: outage/,
    ],
    ['for an incident that never was', ['respond', '20200101-000000-outage', '--yes'], 2, /there is no incident 2020/],
  ])('%s it is refused', async (_, argv, wanted, message) => {
    const { status, stderr, stdout } = await drillbook(...argv)
    expect(status).toBe(wanted)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
  })

  test('colours are left out when NO_COLOR is set, even if colour is forced', async () => {
    const forced = await runDrillbook(['respond', 'outage', '--yes'], {
      cwd: folder.root.dir,
      env: { ...ENV, FORCE_COLOR: '1' },
    })
    const plain = await runDrillbook(['respond', 'outage', '--yes'], {
      cwd: folder.root.dir,
      env: { ...ENV, NO_COLOR: '1' },
    })
    expect(forced.stderr).toContain('\u001b[')
    expect(plain.stderr).not.toContain('\u001b')
  })
})

describe('production', () => {
  beforeEach(() => {
    folder.remove()
    folder = drillbookFolder({ prometheusUrl: prometheus.url, opsUrls: [instance.url], production: true })
  })

  test.each([
    ['respond', ['respond', 'outage', '--yes']],
    ['act', ['act', 'repair', '--yes']],
    ['act with nobody there', ['act', 'repair']],
  ])('refuses %s', async (_, argv) => {
    const { status } = await drillbook(...argv)
    expect(status).toBe(4)
    expect(instance.calls).toEqual([])
    expect(existsSync(folder.root.records)).toBe(false)
  })
})

describe('act', () => {
  const audit = () =>
    readFileSync(join(folder.root.records, 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('does one action, and the audit log says who, what and how it ended', async () => {
    const { status, stdout, stderr } = await drillbook('act', 'use-spare', '--param', 'reason=a=b; c', '--yes')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^use-spare done in \d+ms\n$/)
    expect(stderr).toContain(`PUT ${instance.url}/source {"source":"spare","reason":"a=b; c"}`)
    expect(instance.calls).toMatchObject([{ body: '{"source":"spare","reason":"a=b; c"}', actor: 'ann@desk' }])
    expect(audit()).toMatchObject([
      { event: 'started', actor: 'ann@desk', environment: 'test', action: 'use-spare', params: { reason: 'a=b; c' } },
      { event: 'finished', ok: true },
    ])
  })

  test('an instance that refuses makes it exit with 1', async () => {
    instance.answer = (_, response) => {
      response.statusCode = 503
      response.end('{"code":"busy"}')
      return true
    }
    const { status, stdout, stderr } = await drillbook('act', 'repair', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'repair', ok: false, targets: [{ status: 503 }] })
    expect(stderr).toContain('repair failed on 1 of 1 targets')
    expect(audit().at(-1)).toMatchObject({ event: 'finished', ok: false })
  })

  test.each([
    ['nobody can be asked', ['act', 'repair'], 4, /Say --yes/],
    ['the action is unknown', ['act', 'explode', '--yes'], 2, /knows no action explode/],
    ['a parameter is missing', ['act', 'use-spare', '--yes'], 2, /reason is missing/],
    [
      'a parameter is no pair',
      ['act', 'use-spare', '--yes', '--param', 'reason'],
      2,
      /--param is name=value, not reason/,
    ],
  ])('nothing is done when %s', async (_, argv, wanted, message) => {
    const { status, stderr } = await drillbook(...argv)
    expect(status).toBe(wanted)
    expect(stderr).toMatch(message)
    expect(instance.calls).toEqual([])
  })
})

describe('query', () => {
  test.each([
    ['what holds is 0', ['query', 'up', '--expect', '== 1'], 0, 'm{instance="i0"} 1\n', ''],
    ['what does not hold is 1', ['query', 'up', '--expect', '> 1'], 1, 'm{instance="i0"} 1\n', /1, wanted > 1: up/],
    ['no data does not hold', ['query', 'nothing', '--expect', '== 0'], 1, '', /no data, wanted == 0/],
    ['no data holds when it may', ['query', 'nothing', '--expect', '== 0', '--empty', 'ok'], 0, '', 'no data\n'],
    ['without an expectation any answer will do', ['query', 'nothing'], 0, '', 'no data\n'],
    ['a query that is none is wrong use', ['query', 'nonsense('], 2, '', /parse error/],
  ])('%s', async (_, argv, wanted, out, err) => {
    const { status, stdout, stderr } = await drillbook(...argv)
    expect({ status, stdout }).toEqual({ status: wanted, stdout: out })
    if (err === '') expect(stderr).toBe('')
    else expect(stderr).toMatch(err)
  })

  test('all that is wrong with the options is said at once', async () => {
    const { status, stderr } = await drillbook('query', 'up', '--expect', 'fine', '--within', 'soon', '--empty', 'yes')
    expect(status).toBe(2)
    for (const part of ['"fine"', '"soon"', '"yes"']) expect(stderr).toContain(part)
  })

  test('it waits in the time of the environment', async () => {
    let asks = 0
    prometheus.answers.set('latency', () => [++asks < 3 ? 9 : 0.1])
    const { status, stdout } = await drillbook('query', 'latency', '--expect', '<= 200ms', '--within', '10s', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ holds: true, samples: [{ value: 0.1 }], expect: '<= 200ms' })
  })

  test('a Prometheus that does not answer is 3', async () => {
    await prometheus.close()
    const { status, stderr } = await drillbook('query', 'up')
    expect(status).toBe(3)
    expect(stderr).toContain('hint:')
  })
})

describe('alerts', () => {
  test('are listed with the command that helps', async () => {
    prometheus.alerts.push({ name: 'Odd', incident: 'unheard-of', severity: 'warning', state: 'firing' })
    prometheus.alerts.push({ name: 'NotYet', incident: 'outage', severity: 'warning', state: 'pending' })
    prometheus.alerts.push({ name: 'Watchdog', incident: 'monitoring', severity: 'none', state: 'firing' })
    const { stdout, stderr } = await drillbook('alerts')
    expect(stdout).toMatch(
      /^outage in test\n {2}critical ThingDown +since .*ThingDown is bad\.\n {2}-> drillbook respond outage\nunheard-of in test\n/,
    )
    expect(stdout).toContain('-> no runbook')
    expect(stdout).not.toMatch(/NotYet|Watchdog/)
    expect(stderr).toBe('')
  })

  test('a Watchdog that is silent is a warning: nothing firing proves nothing', async () => {
    prometheus.alerts.length = 0
    prometheus.alerts.push({ name: 'Watchdog', incident: 'monitoring', severity: 'none', state: 'pending' })
    const { stdout, stderr } = await drillbook('alerts')
    expect(stdout).toBe('Nothing is firing in test.\n')
    expect(stderr).toContain('Watchdog does not fire')
  })

  test('as JSON', async () => {
    const { stdout, stderr } = await drillbook('alerts', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'Prometheus',
      alerts: [{ name: 'ThingDown', since: '2026-11-21T03:15:00.000Z', respond: 'drillbook respond outage' }],
    })
    expect(stderr).toBe('')
  })

  test('come from Alertmanager when Prometheus is silent, and that is said', async () => {
    const labels = { alertname: 'ThingDown', incident: 'outage', severity: 'critical', service: 'shop' }
    const listed = [{ labels, annotations: { summary: 'Bad.' }, startsAt: '2026-11-21T03:15:00.000Z' }]
    const alertmanager = createServer((request, response) => {
      response.statusCode = request.url === '/api/v2/alerts?active=true' ? 200 : 404
      response.end(JSON.stringify(listed))
    }).listen(0, '127.0.0.1')
    await once(alertmanager, 'listening')
    const address = alertmanager.address()
    const port = typeof address === 'object' ? address?.port : undefined
    folder.remove()
    folder = drillbookFolder({
      prometheusUrl: prometheus.url,
      opsUrls: [instance.url],
      extra: `alertmanager: { url: "http://127.0.0.1:${port}" }`,
    })
    await prometheus.close()
    const { status, stdout, stderr } = await drillbook('alerts')
    alertmanager.close()
    expect(status).toBe(0)
    expect(stdout).toContain('-> drillbook respond outage')
    expect(stderr).toContain('Prometheus does not answer; this is what Alertmanager last heard')
  })

  test('nobody to ask is 3, and says so of both', async () => {
    await prometheus.close()
    const { status, stderr } = await drillbook('alerts')
    expect(status).toBe(3)
    expect(stderr).toContain('does not answer')
  })
})

describe('incident', () => {
  test('from the note to the post-mortem', async () => {
    await drillbook('respond', 'outage', '--yes')
    expect((await drillbook('incident', 'note', 'outage', 'a', 'fuse', 'blew')).status).toBe(0)
    prometheus.alerts.length = 0
    expect((await drillbook('incident', 'close', 'outage')).status).toBe(0)
    expect((await drillbook('incident', 'close', 'outage')).status).toBe(4)
    const report = await drillbook('incident', 'report', 'outage')
    expect(report.stdout).toContain('ann@desk notes: a fuse blew')
    expect(report.stdout).toContain('Alert ThingDown resolved')
    expect(report.stderr).toBe('')
    const list = JSON.parse((await drillbook('incident', 'list', '--json')).stdout)
    expect(list.incidents).toMatchObject([{ status: 'closed', incident: 'outage' }])
    expect((await drillbook('incident', 'show', 'outage')).stdout).toContain('Act repair done')
  })

  test('can be closed while Prometheus is down', async () => {
    await drillbook('respond', 'outage', '--yes')
    await prometheus.close()
    const { status, stderr } = await drillbook('incident', 'close', 'outage')
    expect(status).toBe(0)
    expect(stderr).toContain('impact and alerts are not recorded')
  })

  test('nothing recorded yet is no error', async () => {
    expect(await drillbook('incident', 'list')).toEqual({
      status: 0,
      stdout: 'No incident has been recorded yet.\n',
      stderr: '',
    })
    expect((await drillbook('incident', 'show', 'x')).status).toBe(2)
  })
})

test('runbook list and show speak of every step, as text and as JSON', async () => {
  expect((await drillbook('runbook', 'list')).stdout).toContain(
    'outage               critical The thing is out (6 steps)',
  )
  expect((await drillbook('runbook', 'show', 'outage')).stdout).toContain('! use-spare: drillbook act use-spare')
  expect(JSON.parse((await drillbook('runbook', 'show', 'outage', '--json')).stdout).steps).toHaveLength(6)
})
