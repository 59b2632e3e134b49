import { once } from 'node:events'
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { runCli } from '../../src/cli.ts'
import { respond } from '../../src/commands/respond.ts'
import { listIncidents } from '../../src/incident/record.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { OUTAGE } from '../support/drillbook-folder.ts'
import { runDrillbook, startDrillbook } from '../support/run-drillbook.ts'
import { ENV, responderDesk } from './desk.ts'

/** `drillbook respond`, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()

describe('respond', () => {
  test('killed in the middle of an act, it resumes there: nothing before is repeated, the act runs again', async () => {
    const called = once(process, 'drillbook-test-called' as 'exit')
    desk.instance.answer = ({ path }) => {
      if (path !== '/repair') return false
      process.emit('drillbook-test-called' as 'exit', 0)
      return true
    }
    const { child, ended } = startDrillbook(['respond', 'outage', '--yes'], { cwd: desk.folder.root.dir, env: ENV })
    await called
    child.kill('SIGKILL')
    await ended
    const [killed] = listIncidents(desk.folder.root)
    expect(killed?.unfinishedAct).toMatchObject({ action: 'repair' })
    // What a power cut would leave besides.
    appendFileSync(join(desk.folder.root.records, 'incidents', killed?.id ?? '', 'events.jsonl'), '{"at":"2026-11-')

    delete desk.instance.answer
    const resumed = await desk.drillbook('respond', 'outage', '--yes', '--json')
    expect(resumed.status).toBe(0)
    expect(resumed.stderr).toMatch(
      /The walk was killed after 4 steps; going on there\.\nrepair was started at .* and its end is unknown\./,
    )
    expect(desk.instance.calls.map((c) => c.path)).toEqual(['/source', '/repair', '/repair'])
    const summary = JSON.parse(resumed.stdout)
    expect(summary.id).toBe(killed?.id)
    expect(summary.steps.map((s: { name: string }) => s.name)).toEqual([
      'sign-errors',
      'ask-what-changed',
      'use-spare',
      'fast',
      'repair',
      'well',
      'buy-a-second-one',
    ])
    expect(listIncidents(desk.folder.root)).toHaveLength(1)
  })

  test('a Ctrl-C while it asks what fires, before anything is opened, opens nothing', async () => {
    const { stdio } = capturedStdio({ cwd: desk.folder.root.dir, env: ENV, signal: AbortSignal.abort() })
    await expect(respond(stdio, { incident: 'outage', yes: true }, runCli)).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(listIncidents(desk.folder.root)).toEqual([])
  })

  test('a Ctrl-C is recorded, says how to go on, and exits with 130', async () => {
    desk.setUp({ runbook: OUTAGE.replace('"within":"20s"', '"within":"20m"') })
    desk.prometheus.answers.set('latency', [9])
    const { child, ended } = startDrillbook(['respond', 'outage', '--yes'], { cwd: desk.folder.root.dir, env: ENV })
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('against <= 200ms')) child.kill('SIGINT')
    })
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(/hint: Go on where it was: drillbook respond \d{8}-\d{6}-outage\n$/)
    expect(listIncidents(desk.folder.root)[0]?.walk?.ended).toBe('interrupted')
  })

  test('without a name it takes what is firing, and records it', async () => {
    const { status, stdout } = await desk.drillbook('respond', '--yes')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\d{8}-\d{6}-outage: finished, 5 done, 0 failed, 1 unattended, 1 open\n$/)
    expect(listIncidents(desk.folder.root)[0]?.alerts).toMatchObject([
      { name: 'ThingDown', since: '2026-11-21T03:15:00.000Z' },
    ])
  })

  test('without a name and with nothing firing it says so and opens nothing', async () => {
    desk.prometheus.alerts.length = 0
    const { status, stdout, stderr } = await desk.drillbook('respond', '--yes')
    expect(status).toBe(0)
    expect(stdout).toBe('Nothing that has a runbook is firing in test, and no incident is open.\n')
    expect(stderr).toContain('Runbooks: outage.')
    expect(listIncidents(desk.folder.root)).toEqual([])
  })

  test('a failed check makes it exit with 1, and stdout is JSON all the same', async () => {
    desk.prometheus.answers.set('up', [0])
    const { status, stdout, stderr } = await desk.drillbook('respond', 'outage', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout).steps).toContainEqual(
      expect.objectContaining({ name: 'well', outcome: 'failed', value: 0 }),
    )
    expect(stderr).toContain('error: failed: well')
  })

  test('--new opens another incident although one is open', async () => {
    await desk.drillbook('respond', 'outage', '--yes')
    await desk.drillbook('respond', 'outage', '--yes')
    expect(listIncidents(desk.folder.root)).toHaveLength(1)
    await desk.drillbook('respond', 'outage', '--yes', '--new')
    expect(listIncidents(desk.folder.root)).toHaveLength(2)
  })

  test('a malformed runbook is refused with all its problems, and no incident is opened', async () => {
    desk.setUp({
      runbook: OUTAGE.replace('"== 1"', '"fine"').replace('act repair\n', 'act repair; reboot\n'),
    })
    const { status, stderr } = await desk.drillbook('respond', 'outage', '--yes')
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /2 problems\n {2}runbooks\/outage\.md:54 {2}a shell would act on ;.*\n {2}runbooks\/outage\.md:74 {2}expect/,
    )
    expect(existsSync(desk.folder.root.records)).toBe(false)
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
    const { status, stderr, stdout } = await desk.drillbook(...argv)
    expect(status).toBe(wanted)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
  })

  test('colours are left out when NO_COLOR is set, even if colour is forced', async () => {
    const forced = await runDrillbook(['respond', 'outage', '--yes'], {
      cwd: desk.folder.root.dir,
      env: { ...ENV, FORCE_COLOR: '1' },
    })
    const plain = await runDrillbook(['respond', 'outage', '--yes'], {
      cwd: desk.folder.root.dir,
      env: { ...ENV, NO_COLOR: '1' },
    })
    expect(forced.stderr).toContain('\u001b[')
    expect(plain.stderr).not.toContain('\u001b')
  })
})
