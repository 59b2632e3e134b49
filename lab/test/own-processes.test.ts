import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { freePort } from '../../reference-app/test/support/scratch.ts'
import { endOwnProcesses, LAB_MARK, ownProcesses } from '../src/processes/own-processes.ts'

/** So much memory takes the kernel a while to give back, and it closes the sockets only then. */
const LISTENER = `const held = Buffer.alloc(200e6, 1)
require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1', () => console.log(held.length))`

const DIR = `/var/tmp/dbk-test-${process.pid}-own`
let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

/** Undefined when one can listen there. */
function refusal(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(error.message))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

test('what has been ended listens no more: the next lab needs its ports at once', async () => {
  for (let round = 0; round < 3; round++) {
    const port = await freePort()
    child = spawn(process.execPath, ['-e', LISTENER, String(port)], {
      env: { [LAB_MARK]: DIR },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(child.stdout ?? child, 'data')
    expect(await endOwnProcesses(DIR)).toMatchObject([{ pid: child.pid }])
    expect([await refusal(port), ownProcesses(DIR)]).toEqual([undefined, []])
  }
})
