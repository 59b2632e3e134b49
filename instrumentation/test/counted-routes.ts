import { once } from 'node:events'
import { request } from 'node:http'
import { createRegistry, httpMetrics } from '@drillbook/instrumentation'
import express from 'express'
import { listen } from './http-server.ts'
import { samples } from './scrape.ts'
import { until } from './until.ts'

/** An application whose requests are counted. */
export interface ObservedApp {
  app: express.Express
  /** Sends each `PATH` or `METHOD PATH`, one after another, and says as what route it was counted. */
  routes(...requests: string[]): Promise<string[]>
}

export function observedApp(): ObservedApp {
  const registry = createRegistry({ service: 'test' })
  const app = express()
  app.set('env', 'test')
  app.use(httpMetrics(registry).middleware)

  async function counts(): Promise<Map<string, number>> {
    const counted = new Map<string, number>()
    for (const { labels, value } of await samples(registry, 'http_server_request_duration_seconds_count')) {
      const route: string = JSON.parse(`"${labels.http_route}"`) // a page escapes backslashes as JSON does
      counted.set(route, (counted.get(route) ?? 0) + value)
    }
    return counted
  }

  return {
    app,
    async routes(...requests) {
      await using server = await listen(app)
      const routes: string[] = []
      for (const asked of requests) {
        const [path = '', method = 'GET'] = asked.split(' ').reverse()
        const before = await counts()
        const sent = request({ port: server.port, path, method, agent: false }).end()
        const [response] = await once(sent, 'response')
        await once(response.resume(), 'end')
        await until(async () => {
          const added = [...(await counts())].filter(([route, count]) => count > (before.get(route) ?? 0))
          routes.push(...added.map(([route]) => route))
          return added.length > 0
        })
      }
      return routes
    },
  }
}
