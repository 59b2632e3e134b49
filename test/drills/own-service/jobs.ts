import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/**
 * A service that knows nothing of drillbook: ten jobs a second arrive, and one worker does all that wait, unless it hangs
 * or is paused. `node jobs.ts PORT TOKEN`
 */
const [port, token] = process.argv.slice(2)
let arrived = 0
let done = 0
let hangs = false
let paused = false

setInterval(() => {
  arrived++
  if (!hangs && !paused) done = arrived
}, 100)

const metrics = () => `# TYPE jobs_arrived_total counter
jobs_arrived_total ${arrived}
# TYPE jobs_done_total counter
jobs_done_total ${done}
# TYPE worker_paused gauge
worker_paused ${Number(paused)}
`

const orders: Record<string, (body: string) => void> = {
  'PUT /worker/hangs': (body) => {
    hangs = body === 'true'
  },
  'PUT /worker/paused': (body) => {
    paused = body === 'true'
  },
  'POST /worker/restart': () => {
    hangs = false
  },
}

async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
  if (request.url === '/metrics') return { status: 200, body: metrics() }
  if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: '{}' }
  const order = orders[`${request.method} ${request.url}`]
  if (order === undefined) return { status: 404, body: '{}' }
  order(await text(request))
  return { status: 200, body: '{}' }
}

createServer(async (request, response) => {
  const { status, body } = await answer(request)
  const type = request.url === '/metrics' ? 'text/plain; version=0.0.4' : 'application/json'
  response.writeHead(status, { 'content-type': type }).end(body)
}).listen(Number(port), '127.0.0.1')
