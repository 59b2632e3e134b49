import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

export interface RedisServer {
  url: string
  stop(): Promise<void>
}

/** A real Redis of one's own on a free port; it writes nothing to disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  // A file of its own name is not there: what somebody else has left is not loaded.
  const file = ['--dbfilename', `${port}.rdb`]
  const arguments_ = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...file]
  const server = spawn('redis-server', arguments_, { cwd: '/var/tmp', stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('Ready to accept connections')) break
  }
  server.stdout.resume()
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      await exit
    },
  }
}
