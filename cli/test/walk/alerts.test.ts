import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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

  const listed = [
    {
      labels: { alertname: 'ThingDown', incident: 'outage', severity: 'critical', service: 'shop' },
      annotations: { summary: 'Bad.' },
      startsAt: '2026-11-21T03:15:00.000Z',
    },
  ]
  async function alertmanager(alerts: unknown): Promise<Server> {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/api/v2/alerts?active=true' ? 200 : 404
      response.end(JSON.stringify(alerts))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    desk.setUp({ extra: `alertmanager: { url: "http://127.0.0.1:${(address as AddressInfo).port}" }` })
    return server
  }

  test('come from Alertmanager when Prometheus is silent, that is said, and it is 3', async () => {
    const server = await alertmanager(listed)
    await desk.prometheus.close()
    const { status, stdout, stderr } = await desk.drillbook('alerts')
    const json = JSON.parse((await desk.drillbook('alerts', '--json')).stdout)
    server.close()
    expect(status).toBe(3)
    expect(stdout).toContain('-> drillbook respond outage')
    expect(stderr).toMatch(/this is what Alertmanager knows; Prometheus at .* does not answer/)
    expect(json).toMatchObject({ source: 'Alertmanager', silent: [{ who: 'Prometheus' }], alerts: [{}] })
  })

  test('of which Alertmanager has none are not said to be none while Prometheus is silent, nor is there nothing to respond to', async () => {
    const server = await alertmanager([])
    await desk.prometheus.close()
    const { status, stdout } = await desk.drillbook('alerts')
    const responded = await desk.drillbook('respond', '--yes')
    server.close()
    expect(status).toBe(3)
    expect(stdout).toBe('Alertmanager has no alert of test; what fires, only Prometheus could say.\n')
    expect([responded.status, responded.stdout]).toEqual([3, ''])
  })

  test('are listed while Alertmanager is down, and it is 3: nobody is told of them', async () => {
    desk.setUp({ extra: 'alertmanager: { url: "http://127.0.0.1:1" }' })
    const { status, stdout, stderr } = await desk.drillbook('alerts')
    expect(status).toBe(3)
    expect(stdout).toContain('-> drillbook respond outage')
    expect(stderr).toMatch(/this is what Prometheus knows; Alertmanager at .* does not answer/)
  })

  test.each([
    ['no JSON', '<html>'],
    ['something else', '{"status":"success","data":[1,2]}'],
    ['a time that is none', JSON.stringify([{ ...listed[0], startsAt: 'yesterday' }])],
  ])('from a service that answers %s are not there: 3, and no bug', async (_, text) => {
    const server = createServer((_request, response) => void response.end(text)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await desk.prometheus.close()
    desk.setUp({ prometheusUrl: url, extra: `alertmanager: { url: "${url}" }` })
    const { status, stderr } = await desk.drillbook('alerts')
    server.close()
    expect([status, stderr]).toEqual([3, expect.stringContaining('does not answer: it is not')])
  })

  test('nobody to ask is 3, and says so of both', async () => {
    await desk.prometheus.close()
    const { status, stderr } = await desk.drillbook('alerts')
    expect(status).toBe(3)
    expect(stderr).toContain('does not answer')
  })
})
