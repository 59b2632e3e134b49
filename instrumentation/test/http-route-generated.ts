import { once } from 'node:events'
import { request } from 'node:http'
import { createRegistry } from '@drillbook/instrumentation'
import { expect } from '@jest/globals'
import fc from 'fast-check'
import { generatedApp, TRUTH } from './generated-app.ts'
import { asked, layers, possibleRoutes, urlOf } from './generated-layers.ts'
import { listen } from './http-server.ts'
import { samples } from './scrape.ts'
import { until } from './until.ts'

/**
 * Generated applications, each asked ten times at once: every request is counted as the template of the route that
 * matched, and nothing that a client writes makes a label.
 */
export async function checkGeneratedRoutes(parameters: { seed: number; numRuns: number }): Promise<void> {
  await fc.assert(
    fc.asyncProperty(layers, fc.array(asked, { minLength: 10, maxLength: 10 }), async (specs, requests) => {
      const registry = createRegistry({ service: 'test' })
      await using server = await listen(generatedApp(specs, registry))
      const truths = await Promise.all(requests.map((one) => truthOf(server.port, urlOf(specs, one))))
      const counted = async () => {
        const all = await samples(registry, 'http_server_request_duration_seconds_count')
        return all
          .flatMap(({ labels, value }) => Array<string>(value).fill(JSON.parse(`"${labels.http_route}"`)))
          .sort()
      }
      await until(async () => (await counted()).length === requests.length)
      const routes = await counted()
      expect(routes).toEqual(truths.sort())
      const possible = possibleRoutes(specs)
      expect(routes.filter((route) => !possible.has(route))).toEqual([])
    }),
    parameters,
  )
}

async function truthOf(port: number, path: string): Promise<string> {
  const sent = request({ port, path, agent: false }).end()
  const [response] = await once(sent, 'response')
  await once(response.resume(), 'end')
  return response.headers[TRUTH] ?? 'unmatched'
}
