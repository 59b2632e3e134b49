// The applications of the file SPECS behind one port, chosen by the header x-app; with x-counts it says how it counted.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRegistry } from '@drillbook/instrumentation'
import { generatedApp } from '../generated-app.ts'

const apps = JSON.parse(readFileSync(process.env.SPECS, 'utf8')).map((layers) => {
  const registry = createRegistry({ service: 'routed-app' })
  return { registry, app: generatedApp(layers, registry) }
})

const server = createServer(async (req, res) => {
  const { registry, app } = apps[req.headers['x-app']]
  if (req.headers['x-counts'] === undefined) return app(req, res)
  res.end(await registry.metrics())
}).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'app.started', port: server.address().port }))
})
