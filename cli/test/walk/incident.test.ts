import { describe, expect, test } from '@jest/globals'
import { BLOCKED, BLOCKED_ACTIONS } from '../support/runbook-blocked.ts'
import { responderDesk } from './desk.ts'

/** What was recorded, and the runbooks as they are listed, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()

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

  test('can be closed while Prometheus is down', async () => {
    await desk.drillbook('respond', 'outage', '--yes')
    await desk.prometheus.close()
    const { status, stderr } = await desk.drillbook('incident', 'close', 'outage')
    expect(status).toBe(0)
    expect(stderr).toContain('impact and alerts are not recorded')
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
