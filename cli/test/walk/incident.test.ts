import { describe, expect, test } from '@jest/globals'
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
    expect((await desk.drillbook('incident', 'show', 'outage')).stdout).toContain('Act repair done')
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

test('runbook list and show speak of every step, as text and as JSON', async () => {
  expect((await desk.drillbook('runbook', 'list')).stdout).toContain(
    'outage               critical The thing is out (6 steps)',
  )
  expect((await desk.drillbook('runbook', 'show', 'outage')).stdout).toContain('! use-spare: drillbook act use-spare')
  expect(JSON.parse((await desk.drillbook('runbook', 'show', 'outage', '--json')).stdout).steps).toHaveLength(6)
})
