import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { describeAction, type Progress, runAction } from '../../src/actions/run-action.ts'
import { type Environment, loadEnvironment } from '../../src/environment/environment.ts'

/** Two instances: the first does as it is told, the second refuses everything. */
let dir: string
let servers: Server[]
let environment: Environment
/** What a POST waits for before it is answered. */
let posted: PromiseWithResolvers<void>
let requests: {
  method: string | undefined
  url: string | undefined
  actor: unknown
  authorization: string | undefined
  body: string
}[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-action-'))
  requests = []
  posted = Promise.withResolvers()
  servers = [200, 409].map((status) =>
    createServer(async (req, res) => {
      let body = ''
      for await (const chunk of req) body += chunk
      const { method, url } = req
      requests.push({
        method,
        url,
        actor: req.headers['x-drillbook-actor'],
        authorization: req.headers.authorization,
        body,
      })
      if (method === 'POST') await posted.promise
      res.writeHead(method === 'GET' ? 200 : status).end(method === 'GET' ? '{"done":3,"total":4}' : '{"code":"x"}')
    }),
  )
  const urls = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }),
  )
  writeFileSync(join(dir, 'token'), 'secret\n')
  writeFileSync(
    join(dir, 'e.yaml'),
    `
name: e
prometheus: { url: http://127.0.0.1:1 }
ops: { urls: ${JSON.stringify({ api: urls.slice(0, 1), worker: urls.slice(1) })}, tokenFile: token }
actions:
  grow: { ops: { method: PUT, path: /pool, json: { max: "\${max}" } }, params: { max: { type: integer, min: 1, max: 200 } } }
  sample: { ops: { on: api, method: PUT, path: /tracing, json: { ratio: "\${ratio}" } }, params: { ratio: { type: number, min: 0, max: 1, default: 0.5 } } }
  dump: { ops: { at: "\${instance}", method: PUT, path: /dump }, params: { instance: { type: string, summary: its URL } } }
  pause: { ops: { on: api, method: PUT, path: "/jobs/\${job}" }, params: { job: { type: string } } }
  warm: { ops: { method: POST, path: /warm }, progress: { path: /warm } }
  clear: { ops: { on: api, method: PUT, path: /clear } }
  refill: { ops: { on: api, method: POST, path: /refill }, progress: { path: /refill } }
  say: { exec: [printf, "%s", "\${text}"], params: { text: { type: string } } }
  fail: { exec: ["false"] }
  hang: { exec: [sleep, "60"], timeout: 100ms }
`,
  )
  environment = loadEnvironment(rootAt(dir), join(dir, 'e.yaml'), {})
})
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  rmSync(dir, { recursive: true })
})

describe('an action', () => {
  test('goes to every instance with token, actor and typed parameters, and reports each', async () => {
    const result = await runAction(environment, 'grow', { max: '15' }, { actor: 'ann' })
    expect(result.ok).toBe(false)
    expect(result.targets.map((t) => [t.ok, t.status])).toEqual([
      [true, 200],
      [false, 409],
    ])
    expect(requests).toHaveLength(2)
    for (const request of requests) {
      expect(request).toMatchObject({
        method: 'PUT',
        url: '/pool',
        actor: 'ann',
        authorization: 'Bearer secret',
        body: '{"max":15}',
      })
    }
  })

  test('with a progress path tells how far it is, summed over the instances', async () => {
    const seen: Progress[] = []
    const onProgress = (progress: Progress) => {
      seen.push(progress)
      posted.resolve()
    }
    await runAction(environment, 'warm', {}, { actor: 'ann', onProgress })
    expect(seen[0]).toEqual({ done: 6, total: 8 })
  })

  test('that is for one kind of instance asks no other, also for its progress, and says so before', async () => {
    const [first = ''] = environment.ops?.instances.map(({ url }) => url) ?? []
    expect(describeAction(environment, 'clear', {})).toEqual([`PUT ${first}/clear`])
    const { ok, targets } = await runAction(environment, 'clear', {}, { actor: 'ann' })
    expect([ok, targets.map(({ target }) => target)]).toEqual([true, [first]])
    const seen: Progress[] = []
    await runAction(environment, 'refill', {}, { actor: 'ann', onProgress: (p) => seen.push(p) })
    expect(seen[0]).toEqual({ done: 3, total: 4 })
  })

  test('gives its parameter to the program as one word, whatever is in it', async () => {
    const text = '$(touch /tmp/x); "quoted" `and` more'
    const result = await runAction(environment, 'say', { text }, { actor: 'ann' })
    expect(result.targets[0]).toMatchObject({ ok: true, status: 0, output: text })
  })

  test('that fails or hangs is reported, not thrown', async () => {
    expect((await runAction(environment, 'fail', {}, { actor: 'ann' })).targets[0]).toMatchObject({
      ok: false,
      status: 1,
    })
    expect((await runAction(environment, 'hang', {}, { actor: 'ann' })).targets[0]?.output).toContain(
      'no end within 100 ms',
    )
  })

  test.each([
    ['../protection', '/jobs/..%2Fprotection'],
    ['a b?c#d', '/jobs/a%20b%3Fc%23d'],
    ['outbox-relay', '/jobs/outbox-relay'],
  ])('keeps the parameter %s within its segment of the path', async (job, path) => {
    expect(describeAction(environment, 'pause', { job })[0]?.endsWith(path)).toBe(true)
    await runAction(environment, 'pause', { job }, { actor: 'ann' })
    expect(requests.map(({ url }) => url)).toEqual([path])
  })

  test.each(['', '.', '..'])('refuses the parameter "%s", which would make it another path', async (job) => {
    const refused = { exitStatus: 2, message: `"${job}" cannot stand for \${job} in the path /jobs/\${job}` }
    expect(() => describeAction(environment, 'pause', { job })).toThrow(expect.objectContaining(refused))
    await expect(runAction(environment, 'pause', { job }, { actor: 'ann' })).rejects.toMatchObject(refused)
    expect(requests).toEqual([])
  })

  test('that is for one instance goes to no other', async () => {
    const [first = '', second = ''] = environment.ops?.instances.map(({ url }) => url) ?? []
    for (const instance of [second, new URL(second).port]) {
      expect(describeAction(environment, 'dump', { instance })).toEqual([`PUT ${second}/dump`])
      const { targets } = await runAction(environment, 'dump', { instance }, { actor: 'ann' })
      expect(targets.map(({ target }) => target)).toEqual([second])
    }
    for (const [instance, found] of [
      ['127.0.0.1', '2 instances'],
      ['nowhere', 'no instance'],
    ] as const) {
      await expect(runAction(environment, 'dump', { instance }, { actor: 'ann' })).rejects.toMatchObject({
        exitStatus: 2,
        message: `the environment e has ${found} at "${instance}"`,
        hint: expect.stringContaining(`${first}, ${second}`),
      })
    }
    expect(requests).toHaveLength(2)
  })

  test('with wrong parameters asks nobody', async () => {
    await expect(runAction(environment, 'grow', { max: '201' }, { actor: 'ann' })).rejects.toMatchObject({
      exitStatus: 2,
      message: 'the parameters of grow are wrong: max has to be an integer from 1 to 200, not "201"',
    })
    expect(requests).toHaveLength(0)
  })

  test('may have decimals for a parameter', async () => {
    await runAction(environment, 'sample', { ratio: '0.25' }, { actor: 'ann' })
    expect(requests.map(({ body }) => body)).toEqual(['{"ratio":0.25}'])
  })

  test('that the environment does not know is wrong use, and the hint lists what it knows', async () => {
    await expect(runAction(environment, 'nope', {}, { actor: 'ann' })).rejects.toMatchObject({
      exitStatus: 2,
      hint: expect.stringContaining('clear, dump, fail, grow, hang, pause, refill, sample, say, warm'),
    })
  })

  test('can be shown before it runs, without the token', () => {
    const lines = describeAction(environment, 'grow', { max: '15' })
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^PUT http:\/\/127\.0\.0\.1:\d+\/pool \{"max":15\}$/)
    expect(describeAction(environment, 'say', { text: "it's" })).toEqual([`printf %s 'it'\\''s'`])
  })
})
