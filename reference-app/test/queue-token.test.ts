import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { QUEUE_TOKEN_LIFETIME_MS, QueueTokens } from '../src/ticketing/queue-token.ts'
import { QUEUE_TOKEN_SECRET } from './support/api.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
let genuine: string

beforeAll(async () => {
  stack = await startStack()
  genuine = await stack.api.join(7)
})

afterAll(async () => {
  await stack.remove()
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const bodyOf = (token: string) => token.slice(0, token.indexOf('.'))
const signatureOf = (token: string) => token.slice(token.indexOf('.') + 1)
const later = Date.now() + 60_000
const hmac = (algorithm: string, text: string, secret = QUEUE_TOKEN_SECRET) =>
  createHmac(algorithm, secret).update(text).digest('base64url')
const flipped = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

const ATTACKS: { name: string; status: number; code: string; token(): string | undefined }[] = [
  { name: 'no token', status: 401, code: 'queue_token_missing', token: () => undefined },
  {
    name: 'a token that has expired',
    status: 401,
    code: 'queue_token_expired',
    token: () =>
      new QueueTokens(QUEUE_TOKEN_SECRET).issue(7, new Date(Date.now() - QUEUE_TOKEN_LIFETIME_MS - 1_000)).text,
  },
  {
    name: 'a token signed with another secret',
    status: 403,
    code: 'queue_token_invalid',
    token: () => new QueueTokens('another secret that somebody guessed wrongly').issue(7, new Date()).text,
  },
  {
    name: 'a signature moved to the token of another user',
    status: 403,
    code: 'queue_token_invalid',
    token: () => `${encode({ sub: 8, exp: later })}.${signatureOf(genuine)}`,
  },
  {
    name: 'a token whose life was prolonged',
    status: 403,
    code: 'queue_token_invalid',
    token: () => `${encode({ sub: 7, exp: later + 3_600_000 })}.${signatureOf(genuine)}`,
  },
  { name: 'a truncated token', status: 403, code: 'queue_token_invalid', token: () => genuine.slice(0, -1) },
  { name: 'a token without signature', status: 403, code: 'queue_token_invalid', token: () => `${bodyOf(genuine)}.` },
  {
    name: 'the last character of the signature in another spelling of the same bytes',
    status: 403,
    code: 'queue_token_invalid',
    token: () => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      return genuine.slice(0, -1) + alphabet[alphabet.indexOf(genuine.at(-1) ?? '') ^ 1]
    },
  },
  { name: 'one flipped character', status: 403, code: 'queue_token_invalid', token: () => flipped(genuine, 5) },
  {
    name: 'a JSON web token that asks for no algorithm',
    status: 403,
    code: 'queue_token_invalid',
    token: () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: 7, exp: later })}.`,
  },
  {
    name: 'the right secret with another algorithm',
    status: 403,
    code: 'queue_token_invalid',
    token: () => `${bodyOf(genuine)}.${hmac('sha512', `queue-token.v1.${bodyOf(genuine)}`)}`,
  },
  {
    name: 'the right secret and algorithm, signed for another purpose',
    status: 403,
    code: 'queue_token_invalid',
    token: () => `${bodyOf(genuine)}.${hmac('sha256', bodyOf(genuine))}`,
  },
  {
    name: 'a well signed body with fields that are not ours',
    status: 403,
    code: 'queue_token_invalid',
    token: () => {
      const body = encode({ sub: 'admin', exp: later })
      return `${body}.${hmac('sha256', `queue-token.v1.${body}`)}`
    },
  },
  { name: 'a very long token', status: 403, code: 'queue_token_invalid', token: () => 'A'.repeat(4_000) },
]

test.each(ATTACKS)('$name is refused with $status $code and counted as rejected', async ({ status, code, token }) => {
  const text = token()
  const reason = { operation: 'concert_list', outcome: 'rejected', reason: code }
  const before = await stack.api.metric('operation_outcomes_total', reason)
  const headers: Record<string, string> = text === undefined ? {} : { 'queue-token': text }
  const reply = await stack.api.call('/api/v1/concerts', { headers })
  expect(reply.body).toMatchObject({ code, status })
  expect(reply.status).toBe(status)
  expect(await stack.api.metric('operation_outcomes_total', reason)).toBe(before + 1)
})

test('the genuine token is taken, and knows its user', async () => {
  expect((await stack.api.call('/api/v1/concerts', { headers: { 'queue-token': genuine } })).status).toBe(200)
  expect(new QueueTokens(QUEUE_TOKEN_SECRET).verify(genuine, new Date()).userId).toBe(7)
})

test('no token and no secret is in any log line', () => {
  expect(stack.api.child.stdout).not.toContain(signatureOf(genuine))
  expect(stack.api.child.stdout).not.toContain(QUEUE_TOKEN_SECRET)
  expect(stack.api.child.stderr).toBe('')
})
