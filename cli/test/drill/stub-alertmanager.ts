import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The counters of one integration; `receiver`: as newer Alertmanagers label it, undefined: as 0.25 does. */
export interface StubCounters {
  integration: string
  receiver?: string
  sent: number
  failed: number
  /** Requests that were answered well, and those that were not. */
  answered: number
  refused: number
}

/** The part of Alertmanager's API that a drill asks, over real HTTP. */
export interface StubAlertmanager {
  url: string
  config: string
  counters: StubCounters[]
  /** The alerts that it has, with the receivers that they are routed to. */
  held: { alert: string; receivers: string[]; state?: 'active' | 'suppressed' | 'unprocessed'; environment?: string }[]
  /** How often its counters were read. */
  reads: number
  /** Paths that answer 404. */
  missing: string[]
  /** The headers that each request has to carry; others get 401. */
  needs: Record<string, string>
  close(): Promise<void>
}

/** `slack` gets everything but the Watchdog, which goes to a webhook. */
export const CONFIG = `
route:
  receiver: slack
  group_wait: 10ms
  group_interval: 500ms
  routes:
    - { receiver: heartbeat, matchers: ['alertname="Watchdog"'] }
receivers:
  - name: slack
    slack_configs: [{ send_resolved: true }]
  - name: heartbeat
    webhook_configs: [{ send_resolved: false }]
`

export async function stubAlertmanager(): Promise<StubAlertmanager> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (Object.entries(stub.needs).some(([name, value]) => request.headers[name] !== value)) {
      response.statusCode = 401
      return response.end()
    }
    if (path === '/metrics') stub.reads++
    if (stub.missing.includes(path)) {
      response.statusCode = 404
      return response.end()
    }
    if (path === '/metrics') return response.end(exposition(stub.counters))
    if (path === '/api/v2/status') return response.end(JSON.stringify({ config: { original: stub.config } }))
    const alerts = stub.held.map(({ alert, receivers, state = 'active', environment = 'test' }) => ({
      labels: { alertname: alert, environment },
      status: { state },
      receivers: receivers.map((name) => ({ name })),
    }))
    return response.end(JSON.stringify(alerts))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stub: StubAlertmanager = {
    url: `http://127.0.0.1:${port}`,
    config: CONFIG,
    counters: [countersOf('slack'), countersOf('webhook')],
    held: [],
    reads: 0,
    missing: [],
    needs: {},
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return stub
}

export function countersOf(integration: string, receiver?: string): StubCounters {
  return {
    integration,
    ...(receiver === undefined ? {} : { receiver }),
    sent: 0,
    failed: 0,
    answered: 0,
    refused: 0,
  }
}

/** As Alertmanager writes it: newer ones split what failed by reason. */
function exposition(counters: readonly StubCounters[]): string {
  return counters
    .flatMap(({ integration, receiver, sent, failed, answered, refused }) => {
      const labels = `integration="${integration}"${receiver === undefined ? '' : `,receiver_name="${receiver}"`}`
      const requests = [
        `alertmanager_notification_requests_total{${labels}} ${answered + refused}`,
        `alertmanager_notification_requests_failed_total{${labels}} ${refused}`,
      ]
      const total = `alertmanager_notifications_total{${labels}} ${sent}`
      if (receiver === undefined)
        return [total, `alertmanager_notifications_failed_total{${labels}} ${failed}`, ...requests]
      const byReason = (reason: string, value: number) =>
        `alertmanager_notifications_failed_total{${labels},reason="${reason}"} ${value}`
      return [total, byReason('serverError', failed), byReason('other', 0), ...requests]
    })
    .concat('# HELP go_goroutines Number.', 'go_goroutines 28', '')
    .join('\n')
}
