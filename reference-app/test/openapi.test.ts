import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEnv } from '../src/platform/env/read-env.ts'
import { PROBLEMS } from '../src/platform/problem/codes.ts'
import { createApp } from '../src/programs/api/app.ts'
import { decideConfig } from '../src/programs/api/config.ts'
import { apiEnv } from '../src/programs/api/env.ts'
import { createTelemetry } from '../src/programs/api/telemetry.ts'
import type { Reply } from './support/api.ts'
import { Buyer } from './support/buyer.ts'
import { description, documented, exchangesOf, misfits, type Operation, operations } from './support/description.ts'
import { routesOf } from './support/routes.ts'
import { scratchFolder } from './support/scratch.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})

afterAll(async () => {
  await stack.remove()
})

/** Whether the answer is one that the description promises for its status. */
function expectPromised(operation: Operation, { status, headers, body }: Reply): void {
  const content = documented(operation, status, headers.get('content-type') ?? '')
  if (status === 204) {
    expect(Object.keys(operation.responses)).toContain('204')
    return
  }
  if (content === undefined)
    throw new Error(`${operation.operationId} does not promise ${status} ${headers.get('content-type')}`)
  expect(misfits(content.schema, body)).toEqual([])
}

/** A genuine token where the file has one that stands for it. */
function genuine(headers: Record<string, string>): Record<string, string> {
  const user = /^token-of-user-(\d+)$/.exec(headers['QUEUE-TOKEN'] ?? '')?.[1]
  return user === undefined ? headers : { ...headers, ...upper(new Buyer(Number(user)).headers) }
}
const upper = (headers: Record<string, string>) => ({ 'QUEUE-TOKEN': headers['queue-token'] ?? '' })

/** Does what an example needs beforehand and no example of a request before it does. Call what is returned when it was answered. */
async function prepared(name: string, path: string): Promise<() => void> {
  const leaving = new AbortController()
  const follow = () => fetch(stack.api.url + path, { signal: leaving.signal })
  if (name === 'stream_limit') await Promise.all([follow(), follow(), follow(), follow()])
  return () => leaving.abort()
}

describe('the description is true', () => {
  test.each(operations)('$method $path answers its examples as they say', async ({ path, method, operation }) => {
    const exchanges = exchangesOf(path, method, operation)
    for (const { name, status, path, headers, body, answer } of exchanges) {
      const done = await prepared(name, path)
      const reply = await stack.api.call(path, {
        method,
        headers: genuine(headers),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      done()
      expect({ name, status: reply.status, body: reply.body }).toMatchObject({ name, status })
      expectPromised(operation, reply)
      expect(
        misfits(documented(operation, status, reply.headers.get('content-type') ?? '')?.schema ?? {}, answer),
      ).toEqual([])
      if (status >= 400) {
        expect(reply.body).toMatchObject({ code: (answer as { code: string }).code })
        expect({ ...(reply.body as object), detail: '' }).toEqual({ ...(answer as object), detail: '' })
      }
      expect(reply.headers.get('idempotency-replayed')).toBe(name === 'replayed' ? 'true' : null)
    }
    if (exchanges.length === 0) expectPromised(operation, await stack.api.call(path, { method }))
  })

  test('each example of a body belongs to an answer, and fits its schema exactly when the request is not malformed', () => {
    for (const { path, method, operation } of operations) {
      const content = operation.requestBody?.content['application/json']
      if (content === undefined) continue
      const exchanges = exchangesOf(path, method, operation)
      expect(Object.keys(content.examples ?? {}).toSorted()).toEqual(exchanges.map(({ name }) => name).toSorted())
      for (const { name, body } of exchanges) {
        expect({ name, fits: misfits(content.schema, body).length === 0 }).toEqual({
          name,
          fits: name !== 'invalid_request',
        })
      }
    }
  })

  test('an answer that operators switch on is as promised, too', async () => {
    const banner = operations.find(({ operation }) => operation.operationId === 'readBanner')
    if (banner === undefined) throw new Error('there is no banner')
    await stack.api.ops('PUT', '/banner', { message: 'Back at noon.' })
    const reply = await stack.api.call(banner.path)
    expect(reply.status).toBe(200)
    expectPromised(banner.operation, reply)
  })

  test('a failure is as promised, too', async () => {
    await stack.postgres.stop()
    for (const { path, method, operation } of operations) {
      const [exchange] = exchangesOf(path, method, operation)
      if (exchange === undefined || exchange.status !== 200) continue
      const { headers, body } = exchange
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      expectPromised(operation, await stack.api.call(exchange.path, { method, headers: genuine(headers), ...json }))
    }
    await stack.postgres.restart()
  })

  test('is served as it is in the repository', async () => {
    const reply = await stack.api.call('/api/v1/openapi.yaml')
    expect(reply.headers.get('content-type')).toBe('application/yaml; charset=utf-8')
    expect(reply.body).toBe(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'))
  })
})

/** The application as an instance makes it, with nothing behind it. */
function unboundApp(folder: string) {
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'x'.repeat(32))
  const nowhere = 'redis://127.0.0.1:1'
  const env = {
    PORT: '0',
    OPS_PORT: '0',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    CACHE_PRIMARY_URL: nowhere,
    CACHE_STANDBY_URL: nowhere,
    QUEUE_REDIS_URL: nowhere,
    OPS_TOKEN_FILE: secret,
    QUEUE_TOKEN_SECRET_FILE: secret,
    AUDIT_FILE: join(folder, 'audit'),
    LOG_LEVEL: 'silent',
  }
  const config = decideConfig(readEnv(apiEnv, env))
  return createApp(config, createTelemetry(config))
}

describe('the description is complete', () => {
  test('every public route is in it, and nothing else is', async () => {
    const folder = scratchFolder()
    const app = unboundApp(folder.path)
    const described = operations.map(({ method, path }) => `${method} ${path}`)
    const registered = routesOf(app.routed)
    await app.close()
    folder.remove()
    expect(registered.toSorted()).toEqual(described.toSorted())
  })

  test('every code that users can meet is in it', () => {
    const known = description.components.schemas.Problem.properties.code.enum
    expect(known.filter((name) => !(name in PROBLEMS))).toEqual([])
    const forOperators = [
      'unauthorized',
      'forbidden',
      'nothing_of_that_name',
      'cache_read_only',
      'cache_unreachable',
      'warm_up_running',
      'warm_up_failed',
      'replica_not_configured',
      'session_not_found',
      'session_protected',
      'heap_snapshot_disabled',
      'heap_snapshot_running',
      'heap_snapshot_no_room',
      'heap_snapshot_failed',
      'tracing_off',
      'waiting_room_restoring',
    ]
    expect(Object.keys(PROBLEMS).filter((name) => !known.includes(name))).toEqual(
      Object.keys(PROBLEMS).filter((name) => forOperators.includes(name)),
    )
  })
})
