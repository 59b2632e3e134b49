/**
 * What instrumentation costs: `node bench/instrumentation.ts` prints the CPU time a trivial Express request takes bare,
 * with metrics, and with traces sent to a live sink (a closed port would flatter), as ratios of one run. All servers
 * live through the whole run and take turns in alternating order, so that a noisy machine hits all alike; the median of
 * the rounds counts. About 30 s.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'

const ROUNDS = 4
const ROUND_MS = 1500
const CONNECTIONS = 16

interface Variant {
  name: string
  env: Record<string, string>
  tracing: boolean
}

interface Running extends Variant {
  child: ChildProcess
  port: number
  /** CPU time of one request in microseconds, by round. */
  costs: number[]
}

const metrics = { BENCH_METRICS: 'yes' }
const tenth = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }

const sink = await startSink()
const exporting = { ...metrics, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}` }
const running = await Promise.all(
  [
    { name: 'bare', env: {}, tracing: false },
    { name: 'metrics', env: metrics, tracing: false },
    { name: 'metrics and traces, 10 % sampled', env: { ...exporting, ...tenth }, tracing: true },
    { name: 'metrics and traces, all sampled', env: exporting, tracing: true },
  ].map(start),
)

for (const variant of running) await measure(variant)
for (const variant of running) variant.costs.length = 0
for (let round = 0; round < ROUNDS; round++) {
  for (const variant of round % 2 === 0 ? running : running.toReversed()) await measure(variant)
}

const bare = median(running[0]?.costs ?? [])
console.log('CPU per request          us   ratio')
for (const { name, costs } of running) {
  const cost = median(costs)
  console.log(`${name.padEnd(34)}${cost.toFixed(0).padStart(4)}  ${(cost / bare).toFixed(2).padStart(6)}`)
}
console.log(`spans received by the sink: about ${Math.round(sink.bytes() / 1e6)} MB of JSON`)
for (const { child } of running) child.disconnect()
sink.close()

/** Keeps the collector's work out of the measured processes; it only drains. */
async function startSink() {
  let bytes = 0
  const server = createServer((req, res) => {
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, bytes: () => bytes, close }
}

async function start(variant: Variant): Promise<Running> {
  const child = fork(new URL('instrumentation-server.ts', import.meta.url), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...variant.env },
    execArgv: variant.tracing ? ['--import', '@drillbook/instrumentation/register'] : [],
  })
  const [{ port }] = await once(child, 'message')
  return { ...variant, child, port, costs: [] }
}

async function measure({ child, port, costs }: Running): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const before = await cpuOf(child)
  const deadline = performance.now() + ROUND_MS
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, () => askUntil(deadline, port, agent)))
  const after = await cpuOf(child)
  agent.destroy()
  costs.push((after - before) / counts.reduce((sum, count) => sum + count, 0))
}

async function askUntil(deadline: number, port: number, agent: Agent): Promise<number> {
  let count = 0
  for (; performance.now() < deadline; count++) {
    const [response] = await once(get({ port, agent, path: `/concerts/${count % 5}` }), 'response')
    await once(response.resume(), 'end')
  }
  return count
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ cpuMicroseconds }] = await once(child, 'message')
  return cpuMicroseconds
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle - 0.5)] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}
