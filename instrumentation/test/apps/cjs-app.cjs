// The same service as CommonJS; it drains and ends by itself on SIGTERM, with an exit code of its own.
const { once } = require('node:events')
const { createServer } = require('node:http')
const { createLogger, createRegistry, samplingRatio, setSamplingRatio } = require('@drillbook/instrumentation')
const express = require('express')
const { Redis } = require('ioredis')
const pg = require('pg')
const { fetch } = require('undici')

const registry = createRegistry({ service: 'cjs-app' })
const logger = createLogger({ service: 'cjs-app', instance: 'cjs-app-1', level: 'info', registry })
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const redis = new Redis(process.env.REDIS_URL)
const app = express()

app.use((_req, _res, next) => next())
app.get('/healthz', (_req, res) => res.end())
app.use(
  '/shops/:shop',
  express().use(
    '/:shelf',
    express.Router().get('/things', (_req, res) => res.end()),
  ),
)
app.get('/echo', (_req, res) => res.end('echo'))
app.get('/drain', async (_req, res) => {
  logger.info({ event: 'drain.started' }, 'answers only once the app is asked to end')
  await once(process, 'SIGTERM')
  res.set('connection', 'close').end()
})
app.put('/sampling/:ratio', (req, res) => {
  const changed = setSamplingRatio(Number(req.params.ratio))
  res.json({ changed, ratio: samplingRatio() ?? null })
})
app.get('/things/:id', async (req, res) => {
  await pool.query('SELECT $1::text AS id', [req.params.id])
  await redis.get(`work:${req.params.id}`)
  const echo = await fetch(`http://127.0.0.1:${server.address().port}/echo`)
  logger.info({ event: 'work.done', id: req.params.id }, 'work done')
  res.end(await echo.text())
})

const server = createServer(app).listen(0, '127.0.0.1', () => {
  logger.info({ event: 'app.started', port: server.address().port }, 'started')
})
process.once('SIGTERM', async () => {
  process.exitCode = 7
  server.close()
  await pool.end()
  redis.disconnect()
})
