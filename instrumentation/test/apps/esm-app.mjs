// A small service as ES modules; it does not listen to SIGTERM.
import { createServer } from 'node:http'
import { createLogger, createRegistry, samplingRatio, setSamplingRatio } from '@drillbook/instrumentation'
import express from 'express'
import { Redis } from 'ioredis'
import pg from 'pg'
import { fetch } from 'undici'

const registry = createRegistry({ service: 'esm-app' })
const logger = createLogger({ service: 'esm-app', instance: 'esm-app-1', level: 'info', registry })
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
