import { once } from 'node:events'
import { request } from 'node:http'
import { createRegistry, httpMetrics } from '@drillbook/instrumentation'
import express from 'express'
import { type HttpServer, listen } from './http-server.ts'
import { samples } from './scrape.ts'
import { until } from './until.ts'

/** An application whose requests are counted. */
export interface ObservedApp {
  app: express.Express
  /** Sends each `PATH` or `METHOD PATH`, one after another, and says as what route it was counted. */
  routes(...requests: string[]): Promise<string[]>
  /** Sends them all at once, and says sorted as what routes they were counted. */
  routesTogether(...requests: string[]): Promise<string[]>
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
        const before = await counts()
        await send(server, asked)
        await until(async () => {
          const added = [...(await counts())].filter(([route, count]) => count > (before.get(route) ?? 0))
          routes.push(...added.map(([route]) => route))
          return added.length > 0
        })
      }
      return routes
    },
    async routesTogether(...requests) {
      await using server = await listen(app)
      await Promise.all(requests.map((asked) => send(server, asked)))
      const routes = async () => [...(await counts())].flatMap(([route, count]) => Array<string>(count).fill(route))
      await until(async () => (await routes()).length === requests.length)
      return (await routes()).sort()
    },
  }
}

async function send({ port }: HttpServer, asked: string): Promise<void> {
  const [path = '', method = 'GET'] = asked.split(' ').reverse()
  const sent = request({ port, path, method, agent: false }).end()
  const [response] = await once(sent, 'response')
  await once(response.resume(), 'end')
}
