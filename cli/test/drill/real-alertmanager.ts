import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPrograms } from '@drillbook/lab/programs'
import { freePort } from '../../../reference-app/test/support/scratch.ts'
import { until } from '../keeper/fake-environment.ts'

/** A real Alertmanager, and the Slack that it sends to. The Watchdog goes to another receiver at the same server. */
export class RealAlertmanager {
  /** What Slack answers; undefined: it drops the connection, as a webhook does behind which nobody listens. */
  slackStatus: number | undefined = 200
  /** How many requests Slack got. */
  received = 0
  url = ''
  private readonly dir = mkdtempSync(join(tmpdir(), 'drillbook-alertmanager-'))
  private slack: Server | undefined
  private child: ChildProcess | undefined

  async start(): Promise<void> {
    const slack = createServer((request, response) => {
      if (request.url === '/heartbeat') return response.end('ok')
      this.received++
      if (this.slackStatus === undefined) return response.destroy()
      response.statusCode = this.slackStatus
      return response.end('ok')
    })
    this.slack = slack
    await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve))
    const { port } = slack.address() as AddressInfo
    writeFileSync(join(this.dir, 'alertmanager.yaml'), configOf(`http://127.0.0.1:${port}`))
    const own = await freePort()
    this.url = `http://127.0.0.1:${own}`
    const program = findPrograms(process.env)['prometheus-alertmanager']
    const options = {
      'config.file': 'alertmanager.yaml',
      'storage.path': 'data',
      'web.listen-address': `127.0.0.1:${own}`,
    }
    const args = Object.entries({ ...options, 'cluster.listen-address': '' }).map(([k, v]) => `--${k}=${v}`)
    this.child = spawn(program, args, { cwd: this.dir, stdio: 'ignore' })
    await until(
      () =>
        fetch(`${this.url}/-/ready`).then(
          (r) => r.ok,
          () => false,
        ),
      'Alertmanager to be ready',
    )
  }

  /** As Prometheus tells it: the alert fires, or has ended. */
  async tell(alertname: string, state: 'firing' | 'ended'): Promise<void> {
    const now = Date.now()
    const endsAt = new Date(state === 'ended' ? now : now + 60_000).toISOString()
    const labels = { alertname, incident: 'cache-outage', environment: 'test' }
    const body = JSON.stringify([{ labels, startsAt: new Date(now - 1000).toISOString(), endsAt }])
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${this.url}/api/v2/alerts`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status}`)
  }

  async stop(): Promise<void> {
    const { child } = this
    if (child !== undefined && child.exitCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    }
    this.slack?.closeAllConnections()
    this.slack?.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

function configOf(slack: string): string {
  return `
route:
  receiver: slack
  group_by: [incident, environment]
  group_wait: 100ms
  group_interval: 1s
  routes: [{ receiver: heartbeat, matchers: [alertname = Watchdog], repeat_interval: 1s }]
receivers:
  - name: slack
    slack_configs: [{ api_url: "${slack}/slack", send_resolved: true }]
  - name: heartbeat
    webhook_configs: [{ url: "${slack}/heartbeat", send_resolved: false }]
`
}
