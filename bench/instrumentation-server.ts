/**
 * The server under test of `instrumentation.ts`: one trivial Express route; answers on its IPC channel how much CPU it
 * has used.
 */
import type { AddressInfo } from 'node:net'
import { createRegistry, httpMetrics } from '@drillbook/instrumentation'
import express from 'express'

const app = express()
if (process.env.BENCH_METRICS === 'yes') app.use(httpMetrics(createRegistry({ service: 'bench' })).middleware)
app.get('/concerts/:id', (req, res) => void res.json({ id: req.params.id }))

const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicroseconds: user + system })
})
process.once('disconnect', () => process.exit(0))
