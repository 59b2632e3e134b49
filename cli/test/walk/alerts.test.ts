import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { responderDesk } from './desk.ts'

/** `drillbook alerts`, through the front door: the real process, stand-ins for what it talks to. */

const desk = responderDesk()

describe('alerts', () => {
  test('are listed with the command that helps', async () => {
    desk.prometheus.alerts.push({ name: 'Odd', incident: 'unheard-of', severity: 'warning', state: 'firing' })
    desk.prometheus.alerts.push({ name: 'NotYet', incident: 'outage', severity: 'warning', state: 'pending' })
    desk.prometheus.alerts.push({ name: 'Watchdog', incident: 'monitoring', severity: 'none', state: 'firing' })
    const { stdout, stderr } = await desk.drillbook('alerts')
    expect(stdout).toMatch(
      /^outage in test\n {2}critical ThingDown +since .*ThingDown is bad\.\n {2}-> drillbook respond outage\nunheard-of in test\n/,
    )
    expect(stdout).toContain('-> no runbook')
    expect(stdout).not.toMatch(/NotYet|Watchdog/)
    expect(stderr).toBe('')
  })

  test('a Watchdog that is silent is a warning: nothing firing proves nothing', async () => {
    desk.prometheus.alerts.length = 0
    desk.prometheus.alerts.push({ name: 'Watchdog', incident: 'monitoring', severity: 'none', state: 'pending' })
    const { stdout, stderr } = await desk.drillbook('alerts')
    expect(stdout).toBe('Nothing is firing in test.\n')
    expect(stderr).toContain('Watchdog does not fire')
  })

  test('as JSON', async () => {
    const { stdout, stderr } = await desk.drillbook('alerts', '--json')
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
    desk.setUp({
      extra: `alertmanager: { url: "http://127.0.0.1:${port}" }`,
    })
    await desk.prometheus.close()
    const { status, stdout, stderr } = await desk.drillbook('alerts')
    alertmanager.close()
    expect(status).toBe(0)
    expect(stdout).toContain('-> drillbook respond outage')
    expect(stderr).toContain('Prometheus does not answer; this is what Alertmanager last heard')
  })

  test('nobody to ask is 3, and says so of both', async () => {
    await desk.prometheus.close()
    const { status, stderr } = await desk.drillbook('alerts')
    expect(status).toBe(3)
    expect(stderr).toContain('does not answer')
  })
})
