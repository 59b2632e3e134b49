import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { Listener } from '../src/platform/http/listener.ts'
import { until } from './support/until.ts'

const HOST = '127.0.0.1'
const listeners: Listener[] = []
const sockets: Socket[] = []
/** The statuses with which something was answered that was no request. */
const unreadable: number[] = []

afterEach(async () => {
  unreadable.length = 0
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(listeners.splice(0).map((listener) => listener.close(0)))
})

async function open(onRequest: () => void = () => {}): Promise<Listener> {
  const listener = await Listener.open(
    (_request, response) => {
      onRequest()
      response.end('served')
    },
    HOST,
    0,
    { unreadable: (status) => unreadable.push(status) },
  )
  listeners.push(listener)
  return listener
}

interface Caller {
  socket: Socket
  received: string
  closed: boolean
}

function call(port: number, text: string): Caller {
  const socket = connect(port, HOST)
  const caller: Caller = { socket, received: '', closed: false }
  sockets.push(socket)
  socket.on('data', (chunk) => {
    caller.received += chunk.toString()
  })
  socket.on('error', () => {}) // being cut is what these tests are about
  socket.on('close', () => {
    caller.closed = true
  })
  socket.write(text)
  return caller
}

const get = async (port: number, headers: Record<string, string> = {}) =>
  (await fetch(`http://${HOST}:${port}/`, { headers })).status

test('a request on a new connection does not wait for as many turns of the event loop as there are new connections', async () => {
  const callers = 100
  let served = 0
  let turns = 0
  const { port } = await open(() => {
    served += 1
  })
  for (let n = 0; n < callers; n += 1) call(port, 'GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  while (served < callers && turns < 2 * callers) {
    await new Promise((resolve) => setImmediate(resolve))
    const end = performance.now() + 5 // a turn in which there is much to do
    while (performance.now() < end);
    turns += 1
  }
  expect(served).toBe(callers)
  expect(turns).toBeLessThan(callers / 3)
})

test('a port that is taken is an error, also when it was taken by the same program', async () => {
  const { port } = await open()
  await expect(Listener.open(() => {}, HOST, port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  expect(await get(port)).toBe(200)
})

test('callers whose headers never end are cut off and counted, while everybody else is served', async () => {
  const { port } = await open()
  const startedAt = performance.now()
  const idle = call(port, '')
  const slow = Array.from({ length: 200 }, () => call(port, 'GET / HTTP/1.1\r\nhost: test\r\n'))
  const dribble = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('x')
  }, 500)
  const statuses = new Set<number>()
  try {
    await until(
      'all of them are cut off',
      async () => {
        statuses.add(await get(port))
        return slow.every(({ closed }) => closed)
      },
      15_000,
    )
  } finally {
    clearInterval(dribble)
  }
  // 5 s for the headers, and at most one more until it is noticed.
  expect(performance.now() - startedAt).toBeGreaterThan(4_500)
  expect([...statuses]).toEqual([200])
  expect(slow.filter(({ received }) => received.includes('200 OK'))).toEqual([])
  // Who has sent nothing has not asked for anything.
  expect(idle.closed).toBe(true)
  expect([unreadable.length, ...new Set(unreadable)]).toEqual([200, 408])
})

test('headers of more than 8 kB are refused with 431, less is served', async () => {
  const { port } = await open()
  expect(await get(port, { 'queue-token': 'x'.repeat(7_000) })).toBe(200)
  const large = call(port, `GET / HTTP/1.1\r\nhost: test\r\nqueue-token: ${'x'.repeat(9_000)}\r\n\r\n`)
  await once(large.socket, 'close')
  expect(large.received).toMatch(/^HTTP\/1\.1 431 /)
  expect(unreadable).toEqual([431])
  expect(await get(port)).toBe(200)
})

test('what goes wrong after a request has begun is neither counted nor answered twice', async () => {
  const { port } = await open()
  // Answered unread, and the rest of its body is none.
  const begun = call(port, 'POST / HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n')
  await until('it is answered', () => begun.received.includes('served'))
  begun.socket.write('no chunk\r\n')
  await until('it is cut off', () => begun.closed)
  expect(begun.received.match(/HTTP\/1\.1/g)).toHaveLength(1)
  // Answered, and what follows is no request.
  const next = call(port, 'GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  await until('it is answered', () => next.received.includes('served'))
  next.socket.write('no request\r\n\r\n')
  await until('it is cut off', () => next.closed)
  expect(next.received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  expect(unreadable).toEqual([400])
})
