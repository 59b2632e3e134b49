import { appendFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { start } from '../../src/commands/fault.ts'
import { KeeperClient } from '../../src/keeper/client.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { FakeEnvironment, until } from './fake-environment.ts'

const REQUEST = {
  drill: 'a-drill',
  incident: 'an-incident',
  rollbacks: ['bring-back'],
  leaseSeconds: 30,
  hardLimitSeconds: 60,
}

let environment: FakeEnvironment
let between: Server | undefined
beforeEach(() => {
  environment = new FakeEnvironment()
})
afterEach(() => {
  between?.closeAllConnections()
  between?.close()
  between = undefined
  return environment.stop()
})

const calls = () => environment.ops[0]?.calls ?? []

/** A way to the keeper that loses the first answer, `afterMs` after it was there. */
async function losingTheFirstAnswer(afterMs: number): Promise<string> {
  let first = true
  between = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const body = Buffer.concat(await request.toArray())
    const answer = await fetch(environment.url() + url, {
      method,
      headers: { authorization: headers.authorization ?? '' },
      ...(body.length === 0 ? {} : { body }),
    })
    const text = await answer.text()
    if (first) {
      first = false
      await delay(afterMs)
      response.destroy()
    } else response.writeHead(answer.status).end(text)
  }).listen(0, '127.0.0.1')
  await until(() => between?.listening === true, 'the way to the keeper')
  return `http://127.0.0.1:${(between.address() as AddressInfo).port}`
}
const by = (url: string, restartMs?: number) =>
  new KeeperClient({ url, tokenFile: join(environment.dir, 'keeper-token') }, restartMs)

describe('a keeper that cannot write to its disk', () => {
  test('injects nothing, and undoes what is on all the same', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    rmSync(join(environment.dir, 'state'), { recursive: true })
    await expect(keeper.inject(id, 'second')).rejects.toThrow(/ENOENT/)
    expect(calls()).toEqual(['PUT /first/on'])
    expect(await keeper.end(id)).toMatchObject([{ what: 'second' }, { what: 'first', ok: true, readBack: 'held' }, {}])
    expect(calls()).toEqual(['PUT /first/on', 'PUT /second/off', 'PUT /first/off', 'PUT /back'])
    expect(await keeper.current()).toMatchObject({ state: 'ended' })
  })

  test('undoes by itself when the lease is over', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open({ ...REQUEST, leaseSeconds: 3 })
    await keeper.inject(id, 'first')
    rmSync(join(environment.dir, 'state'), { recursive: true })
    await until(async () => (await keeper.current())?.state === 'ended', 'the session to end')
    expect(calls()).toEqual(['PUT /first/on', 'PUT /first/off', 'PUT /back'])
    expect(environment.log).toMatch(/could not be written.*ENOENT/)
  })
})

describe('an answer that is lost', () => {
  test('does not make a session that nobody holds: asking again gives the same one', async () => {
    await environment.start()
    const session = await by(await losingTheFirstAnswer(0)).open(REQUEST)
    expect(session).toMatchObject({ state: 'live', drill: 'a-drill' })
    expect(await environment.client().current()).toMatchObject({ id: session.id })
  })

  test('long after the question is waited for as long as one at once: the keeper needs its time to come back', async () => {
    await environment.start()
    const { id } = await environment.client().open(REQUEST)
    await environment.client().inject(id, 'first')
    const undone = await by(await losingTheFirstAnswer(1500), 1000).end(id)
    expect(undone).toMatchObject([{ what: 'first', ok: true }, { what: 'bring-back' }])
  })
})

test('Ctrl-C while a fault is started for good undoes it: nobody waits to hear that it is on', async () => {
  await environment.start()
  const env = join(environment.dir, 'environment.yaml')
  appendFileSync(env, `keeper: { url: "${environment.url()}", tokenFile: ./keeper-token }\n`)
  const interrupt = new AbortController()
  const [ops] = environment.ops
  if (ops !== undefined) ops.onCall = () => interrupt.abort()
  const { stdio, captured } = capturedStdio({ cwd: import.meta.dirname, signal: interrupt.signal })
  const started = start(stdio, { name: 'first', env, detach: true })
  await expect(started).rejects.toMatchObject({ code: 'interrupted' })
  expect(captured.stdout).toBe('')
  expect(calls()).toEqual(['PUT /first/on', 'PUT /first/off'])
  expect(await environment.client().current()).toMatchObject({ state: 'ended' })
})
