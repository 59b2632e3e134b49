import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { runDrillbook } from '../support/run-drillbook.ts'
import { BLOCKED, BLOCKED_ACTIONS } from '../support/runbook-blocked.ts'
import { responderDesk } from './desk.ts'

/** What was recorded, and the runbooks as they are listed, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()
/** What closing asks to know which services there are. */
const SERVING = 'count by (service) (http_server_request_duration_seconds_count)'

describe('incident', () => {
  test('from the note to the post-mortem', async () => {
    await desk.drillbook('respond', 'outage', '--yes')
    expect((await desk.drillbook('incident', 'note', 'outage', 'a', 'fuse', 'blew')).status).toBe(0)
    desk.prometheus.alerts.length = 0
    expect((await desk.drillbook('incident', 'close', 'outage')).status).toBe(0)
    expect((await desk.drillbook('incident', 'close', 'outage')).status).toBe(4)
    const report = await desk.drillbook('incident', 'report', 'outage')
    expect(report.stdout).toContain('ann@desk notes: a fuse blew')
    expect(report.stdout).toContain('Alert ThingDown resolved')
    expect(report.stderr).toBe('')
    const list = JSON.parse((await desk.drillbook('incident', 'list', '--json')).stdout)
    expect(list.incidents).toMatchObject([{ status: 'closed', incident: 'outage' }])
    expect(report.stdout).toContain('### Long term\n\n- [ ] Buy a second one: two. (owner')
    const show = await desk.drillbook('incident', 'show', 'outage')
    expect(show.stdout).toContain('Act repair done')
    expect(show.stdout).toMatch(/To do:\n {2}- Buy a second one: two\.\n$/)
  })

  test('can be closed while Prometheus is down; what is pending then is recorded by closing it again', async () => {
    await desk.drillbook('respond', 'outage', '--yes')
    const real = desk.folder.root.environments
    const point = (from: string, to: string) => {
      const file = join(real, 'test.yaml')
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
    }
    const nobody = 'http://127.0.0.1:1'
    point(desk.prometheus.url, nobody)
    const closed = await desk.drillbook('incident', 'close', 'outage', '--json')
    expect([closed.status, JSON.parse(closed.stdout)]).toEqual([0, expect.objectContaining({ pending: true })])
    expect(closed.stderr).toContain('impact and alerts are not recorded yet')
    expect((await desk.drillbook('incident', 'show', 'outage')).stdout).toContain(': closed, impact pending')
    expect((await desk.drillbook('incident', 'report', 'outage')).stdout).toContain('still to be counted')
    expect((await desk.drillbook('incident', 'close', 'outage')).status).toBe(3)
    point(nobody, desk.prometheus.url)
    desk.prometheus.alerts.length = 0
    desk.prometheus.answers.set(SERVING, [1])
    desk.prometheus.counters.set('http_server_request_duration_seconds_count', [0, 100])
    const again = await desk.drillbook('incident', 'close', 'outage')
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('recorded what was pending in')])
    const shown = JSON.parse((await desk.drillbook('incident', 'show', 'outage', '--json')).stdout)
    expect(shown).toMatchObject({
      closedAt: JSON.parse(closed.stdout).closedAt,
      impact: [{ service: 'shop', requests: 100 }],
    })
    expect(shown.impact[0].until).toBe(shown.closedAt)
    expect(shown.alerts).toMatchObject([{ name: 'ThingDown', state: 'resolved' }])
    expect((await desk.drillbook('incident', 'close', 'outage')).status).toBe(4)
  })

  test('closed in an environment that is none of environments/ keeps its impact: the record knows the file', async () => {
    const elsewhere = join(desk.folder.root.dir, 'elsewhere.yaml')
    const shipped = join(desk.folder.root.environments, 'test.yaml')
    writeFileSync(elsewhere, readFileSync(shipped, 'utf8').replace('../token', './token'))
    rmSync(shipped)
    desk.prometheus.answers.set(SERVING, [1])
    desk.prometheus.counters.set('http_server_request_duration_seconds_count', [0, 100])
    const options = { cwd: desk.folder.root.dir, env: { DRILLBOOK_ACTOR: 'ann@desk' } }
    expect((await runDrillbook(['respond', 'outage', '--yes', '--env', elsewhere], options)).status).toBe(0)
    const closed = await runDrillbook(['incident', 'close', 'outage', '--json'], options)
    expect([closed.status, JSON.parse(closed.stdout)]).toEqual([0, expect.objectContaining({ pending: false })])
    const shown = await runDrillbook(['incident', 'show', 'outage', '--json'], options)
    expect(JSON.parse(shown.stdout).impact).toMatchObject([{ service: 'shop', requests: 100 }])
  })

  test('is not closed by the figures of another environment that was named', async () => {
    await desk.drillbook('respond', 'outage', '--yes')
    const other = join(desk.folder.root.environments, 'other.yaml')
    writeFileSync(
      other,
      readFileSync(join(desk.folder.root.environments, 'test.yaml'), 'utf8').replace('test', 'other'),
    )
    const { status, stderr } = await desk.drillbook('incident', 'close', 'outage', '--env', 'other')
    expect([status, stderr]).toEqual([2, expect.stringContaining('the incident belongs to test, not to other')])
  })

  test('nothing recorded yet is no error', async () => {
    expect(await desk.drillbook('incident', 'list')).toEqual({
      status: 0,
      stdout: 'No incident has been recorded yet.\n',
      stderr: '',
    })
    expect((await desk.drillbook('incident', 'show', 'x')).status).toBe(2)
  })
})

test('what a runbook that tells causes apart found out stands in the timeline and the post-mortem', async () => {
  desk.setUp({ runbook: BLOCKED, actions: BLOCKED_ACTIONS })
  desk.prometheus.answers.set('lock_waits', [0])
  await desk.drillbook('respond', 'outage', '--yes')
  const { stdout } = await desk.drillbook('incident', 'show', 'outage')
  expect(stdout).toContain('Tell the causes apart [blocked-by-session]: no (0, yes is > 0)\n')
  expect(stdout).toContain('End the session [end-session]: not needed: not offered (blocked-by-session: no)\n')
  const report = (await desk.drillbook('incident', 'report', 'outage')).stdout
  expect(report).toContain('| Tell the causes apart | blocked-by-session | done | no: 0, yes is > 0 |')
  expect(report).toContain('| End the session | end-session | not needed | not offered (blocked-by-session: no) |')
  expect(report).not.toContain('- [ ] End the session')
})

test('a runbook shows what decides and what depends on it', async () => {
  desk.setUp({ runbook: BLOCKED, actions: BLOCKED_ACTIONS })
  const { stdout } = await desk.drillbook('runbook', 'show', 'outage')
  expect(stdout).toContain('    ? blocked-by-session: lock_waits > 0 (decides)\n')
  expect(stdout).toContain('    ? list-sessions: drillbook act list-sessions (when blocked-by-session)\n')
  expect(stdout).toContain('    ! grow-pool: drillbook act grow-pool (when not blocked-by-session)\n')
})

test('runbook list and show speak of every step, as text and as JSON', async () => {
  expect((await desk.drillbook('runbook', 'list')).stdout).toContain(
    'outage               critical The thing is out (6 steps)',
  )
  expect((await desk.drillbook('runbook', 'show', 'outage')).stdout).toContain('! use-spare: drillbook act use-spare')
  expect(JSON.parse((await desk.drillbook('runbook', 'show', 'outage', '--json')).stdout).steps).toHaveLength(6)
})
