import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Counts, countsOf, differences } from './fuzz/counts.ts'
import { Buyer } from './support/buyer.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
/** Before everything, and what everything since has to have added: what is counted late or twice is found by the next test. */
let before: Counts
const due: string[] = []

beforeAll(async () => {
  stack = await startStack()
  before = await counts()
}, 90_000)

afterAll(async () => {
  await stack.remove()
})

const HOST = 'Host: test\r\n'
const CLOSE = 'Connection: close\r\n'
const BODY = '{"amount":1}'
const read = (headers = '') => `GET /api/v1/products HTTP/1.1\r\n${HOST}${headers}\r\n`
const recharge = (headers: string, body: string) =>
  `POST /api/v1/balance/users/1/recharge HTTP/1.1\r\n${HOST}${headers}\r\n\r\n${body}`

const READ = ['GET /api/v1/products 200', 'outcome product_list success']
/** It had begun, so it is a request. */
const LEFT = ['POST /api/v1/balance/users/:userId/recharge 499', 'outcome balance_recharge rejected client_closed']
const TOO_LARGE = [
  'POST /api/v1/balance/users/:userId/recharge 413',
  'outcome balance_recharge rejected body_too_large',
]

/** With what was no request, as `unreadable 400`. */
async function counts(): Promise<Counts> {
  const counts = await countsOf(stack.api)
  for (const status of ['400', '408', '417', '431']) {
    const labels = { http_response_status_code: status }
    counts.set(`unreadable ${status}`, await stack.api.metric('http_server_unreadable_requests_total', labels))
  }
  return counts
}

/** The statuses that come back until the server closes the connection. `then`: what the client does after the text. */
async function statusesOf(text: string, then?: 'end' | 'reset'): Promise<string[]> {
  const socket = connect(Number(new URL(stack.api.url).port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => undefined) // being cut is what this is about
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.write(text, resolve))
  if (then === 'end') socket.end()
  if (then === 'reset') {
    await until('it is being served', async () => (await stack.api.metric('http_server_active_requests')) > 0)
    socket.resetAndDestroy()
  }
  await closed
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => String(status))
}

async function expectCounted(added: readonly string[]): Promise<void> {
  due.push(...added)
  let now = before
  const isRight = async () => {
    now = await counts()
    return differences(before, now, due).length === 0
  }
  await until('all is counted', isRight).catch(() => undefined)
  const wrong = differences(before, now, due)
  if (wrong.length > 0) [before, due.length] = [now, 0] // told once
  expect(wrong).toEqual([])
}

const CHUNKED = 'Transfer-Encoding: chunked'
const CHUNKS = `c\r\n${BODY}\r\n0\r\n\r\n`
const SMUGGLED = `0\r\n\r\n${read()}`

test.each<[string, string, string[], string[]]>([
  [
    'a length and chunks, with a second request behind',
    recharge(`Content-Length: 6\r\n${CHUNKED}`, SMUGGLED),
    ['400'],
    ['unreadable 400'],
  ],
  [
    'the same with the chunks first',
    recharge(`${CHUNKED}\r\nContent-Length: 6`, SMUGGLED),
    ['400'],
    ['unreadable 400'],
  ],
  ['two lengths', recharge('Content-Length: 12\r\nContent-Length: 0', BODY), ['400'], ['unreadable 400']],
  ['a list of lengths', recharge('Content-Length: 12, 12', BODY), ['400'], ['unreadable 400']],
  ['a negative length', recharge('Content-Length: -1', BODY), ['400'], ['unreadable 400']],
  ['a length with a sign', recharge('Content-Length: +12', BODY), ['400'], ['unreadable 400']],
  ['a space before a colon', recharge('Transfer-Encoding : chunked', CHUNKS), ['400'], ['unreadable 400']],
  ['chunks in chunks', recharge('Transfer-Encoding: chunked, chunked', CHUNKS), ['400'], ['unreadable 400']],
  ['a transfer encoding that nobody knows', recharge('Transfer-Encoding: xchunked', CHUNKS), ['400'], LEFT],
  ['a chunk without a size', recharge(CHUNKED, `zz\r\n${BODY}`), ['400'], LEFT],
  ['a chunk larger than numbers', recharge(CHUNKED, `ffffffffffffffffff\r\n${BODY}`), ['400'], LEFT],
  ['a header over two lines', read('X-Folded: 1\r\n 2\r\n'), ['400'], ['unreadable 400']],
  ['line feeds alone', read().replaceAll('\r', ''), ['400'], ['unreadable 400']],
  ['a carriage return in a header', read('X: 1\rY: 2\r\n'), ['400'], ['unreadable 400']],
  ['a NUL in a header', read('X: a\0b\r\n'), ['400'], ['unreadable 400']],
  ['no host', read().replace(HOST, ''), ['400'], ['unreadable 400']],
  ['three hundred headers', read('X: 1\r\n'.repeat(300)), ['431'], ['unreadable 431']],
  ['headers of 12 kB', read(`X: ${'x'.repeat(12_000)}\r\n`), ['431'], ['unreadable 431']],
  [
    'an expectation that nobody knows',
    recharge('Content-Length: 12\r\nConnection: close\r\nExpect: 200-maybe', BODY),
    ['417'],
    ['unreadable 417'],
  ],
  ['a version that is none', read().replace('HTTP/1.1', 'HTTP/3.7'), ['400'], ['unreadable 400']],
  ['another protocol', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', ['400'], ['unreadable 400']],
  ['a tunnel', `CONNECT test:443 HTTP/1.1\r\n${HOST}\r\n`, [], []],
  ['another protocol from here on', read(`Connection: close, Upgrade\r\nUpgrade: h2c\r\n`), ['200'], READ],
  ['three requests at once', read() + read() + read(CLOSE), ['200', '200', '200'], [...READ, ...READ, ...READ]],
  [
    'a body of 1 MB, which is refused, and a request behind it',
    recharge('Content-Length: 1000000', 'x'.repeat(1_000_000)) + read(CLOSE),
    ['413', '200'],
    [...TOO_LARGE, ...READ],
  ],
])('%s', async (_what, text, statuses, counted) => {
  expect(await statusesOf(text)).toEqual(statuses)
  await expectCounted(counted)
})

test('a body that ends too early, or is cut off, is nobody else\u2019s fault', async () => {
  expect(await statusesOf(recharge('Content-Length: 50', BODY), 'end')).toEqual(['400'])
  expect(await statusesOf(recharge(CHUNKED, 'c\r\n{"am'), 'end')).toEqual(['400'])
  expect(await statusesOf(recharge('Content-Length: 50', BODY), 'reset')).toEqual([])
  await expectCounted([...LEFT, ...LEFT, ...LEFT])
})

test('headers and chunks of a megabyte are not read to their end', async () => {
  // The reset may overtake the answer.
  for (const [text, status] of [
    [read(`X: ${'x'.repeat(1_000_000)}\r\n`), '431'],
    [recharge(CHUNKED, `c;${'x'.repeat(1_000_000)}\r\n${BODY}\r\n0\r\n\r\n`), '413'],
    [recharge(CHUNKED, `c\r\n${BODY}\r\n0\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`), '431'],
  ] as const) {
    expect([[], [status]]).toContainEqual(await statusesOf(text))
  }
  await expectCounted(['unreadable 431', ...LEFT, ...LEFT])
})

test('none of that had an effect, is a bug of ours or is still under way', async () => {
  expect(await new Buyer(1).balance(stack.api)).toBe(0)
  expect(stack.api.logs('api.internal_error')).toEqual([])
  expect(stack.api.child.stderr).toBe('')
  expect(await stack.api.metric('http_server_active_requests')).toBe(0)
})
