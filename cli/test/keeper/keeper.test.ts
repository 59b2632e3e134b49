import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { KeeperSaysNo } from '../../src/keeper/client.ts'
import type { Session } from '../../src/keeper/session.ts'
import { FakeEnvironment, until } from './fake-environment.ts'

const REQUEST = {
  drill: 'a-drill',
  incident: 'an-incident',
  rollbacks: ['bring-back'],
  leaseSeconds: 30,
  hardLimitSeconds: 60,
}

let environment: FakeEnvironment
beforeEach(() => {
  environment = new FakeEnvironment()
})
afterEach(() => environment.stop())

const calls = (instance = 0) => environment.ops[instance]?.calls ?? []
const current = async (): Promise<Session> => {
  const session = await environment.client().current()
  if (session === undefined) throw new Error('there is no session')
  return session
}
const ended = () => until(async () => (await current()).state === 'ended', 'the session to end')

describe('a session', () => {
  test('is undone in reverse, then rolled back, when it is ended', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    await keeper.inject(id, 'second')
    const undo = await keeper.end(id)
    expect(calls()).toEqual(['PUT /first/on', 'PUT /second/on', 'PUT /second/off', 'PUT /first/off', 'PUT /back'])
    expect(undo.map((u) => [u.what, u.ok, u.readBack])).toEqual([
      ['second', true, 'held'],
      ['first', true, 'held'],
      ['bring-back', true, 'none'],
    ])
  })

  test('undoes nothing that was never started', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    expect(await keeper.end(id)).toEqual([])
    expect(calls()).toEqual([])
  })

  test('reaches instances that came after the keeper: it reads where they are again', async () => {
    await environment.start(2)
    const file = join(environment.dir, 'environment.yaml')
    const whole = readFileSync(file, 'utf8')
    const second = environment.ops[1]?.url ?? ''
    writeFileSync(file, whole.replace(`    - ${second}\n`, ''))
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    expect(calls(1)).toEqual([])

    writeFileSync(file, 'half a fi')
    await keeper.inject(id, 'short') // as it was
    writeFileSync(file, whole)
    await keeper.inject(id, 'second')
    expect(calls(0)).toEqual(['PUT /first/on', 'PUT /short/on', 'PUT /second/on'])
    expect(calls(1)).toEqual(['PUT /second/on'])
  })

  test('is on disk before anything is injected', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    let onDisk = ''
    const [ops] = environment.ops
    if (ops !== undefined)
      ops.onCall = () => (onDisk ||= readFileSync(join(environment.dir, 'state', 'state.json'), 'utf8'))
    await keeper.inject(id, 'first')
    expect(JSON.parse(onDisk).session.faults).toMatchObject([
      { name: 'first', state: 'starting', revert: { ops: { path: '/first/off' } } },
    ])
  })

  test('excludes a second one, until it is over', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await expect(keeper.open(REQUEST)).rejects.toMatchObject({ reason: 'session_open', code: 'refused' })
    await keeper.end(id)
    await expect(keeper.open(REQUEST)).resolves.toMatchObject({ state: 'live' })
  })

  test('takes only names that the environment knows', async () => {
    await environment.start()
    const keeper = environment.client()
    await expect(keeper.open({ ...REQUEST, rollbacks: ['no-such'] })).rejects.toThrow(/no action no-such/)
    await expect(keeper.open({ ...REQUEST, rollbacks: ['needs-size'] })).rejects.toThrow(/size is missing/)
    const { id } = await keeper.open(REQUEST)
    await expect(keeper.inject(id, 'no-such')).rejects.toThrow(/knows no fault no-such; it knows: first, second, short/)
    expect(calls()).toEqual([])
  })

  test('answers 401 without the token and tells nothing', async () => {
    await environment.start()
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const response = await fetch(`${environment.url()}/v1/sessions`, { headers })
      expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ code: 'unauthorized' })])
    }
    expect((await fetch(`${environment.url()}/healthz`)).status).toBe(200)
  })

  test('undoes a fault whose injection was refused: it may be on in part', async () => {
    await environment.start(2)
    const [, second] = environment.ops
    if (second !== undefined) second.down = true
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await expect(keeper.inject(id, 'first')).rejects.toMatchObject({ reason: 'injection_failed' })
    if (second !== undefined) second.down = false
    await keeper.end(id)
    expect(calls()).toEqual(['PUT /first/on', 'PUT /first/off', 'PUT /back'])
  })
})

describe('a session is undone by itself', () => {
  test('when its lease is over, and not while it is renewed', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open({ ...REQUEST, leaseSeconds: 2 })
    await keeper.inject(id, 'first')
    const renewedUntil = Date.now() + 3000
    await until(async () => (await keeper.renew(id)) && Date.now() > renewedUntil, 'some renewals')
    expect(calls()).toEqual(['PUT /first/on'])
    await ended()
    expect(await current()).toMatchObject({
      reason: 'the lease was not renewed',
      undo: [{ what: 'first', ok: true }, {}],
    })
    await expect(keeper.renew(id)).rejects.toMatchObject({ reason: 'session_over' })
  })

  test('when the hard limit passes, though it is renewed', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open({ ...REQUEST, hardLimitSeconds: 2 })
    await keeper.inject(id, 'first')
    await until(
      async () =>
        keeper.renew(id).then(
          () => false,
          (error) => error instanceof KeeperSaysNo,
        ),
      'a refusal',
    )
    await ended()
    expect((await current()).reason).toBe('the hard limit passed')
  })

  test('when the ttl of a fault passes', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'short')
    await ended()
    expect((await current()).reason).toBe('the ttl of short passed')
  })

  test('by a keeper that was killed and comes back after the lease', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id, leaseUntil } = await keeper.open({ ...REQUEST, leaseSeconds: 2 })
    await keeper.inject(id, 'first')
    await environment.killKeeper()
    await until(() => Date.now() > Date.parse(leaseUntil), 'the lease to be over')
    expect(calls()).toEqual(['PUT /first/on'])
    await environment.startKeeper()
    await ended()
    expect(calls()).toEqual(['PUT /first/on', 'PUT /first/off', 'PUT /back'])
  })

  test('but lives on when the keeper comes back within the lease, and the client does not notice', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    await environment.killKeeper()
    const renewed = keeper.renew(id)
    await environment.startKeeper()
    await expect(renewed).resolves.toMatchObject({ id, state: 'live', faults: [{ name: 'first', state: 'active' }] })
    expect(calls()).toEqual(['PUT /first/on'])
  })

  test('by a keeper that was killed in the middle of an injection', async () => {
    await environment.start()
    const [ops] = environment.ops
    const keeper = environment.client()
    const { id } = await keeper.open({ ...REQUEST, leaseSeconds: 1 })
    if (ops !== undefined)
      ops.onCall = () => {
        ops.onCall = undefined // once: the client asks the next keeper for the same
        void environment.killKeeper()
      }
    const injected = keeper.inject(id, 'first').catch((error) => error)
    await until(() => calls().length > 0, 'the injection')
    await environment.killKeeper()
    await environment.startKeeper()
    await injected
    await ended()
    expect(calls().at(-2)).toBe('PUT /first/off')
  })
})

describe('an undo', () => {
  test('goes on asking an instance that is down until it answers', async () => {
    await environment.start(2)
    const [, second] = environment.ops
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    if (second === undefined) throw new Error('there is no second instance')
    second.down = true
    second.onCall = () => {
      if (second.calls.length === 4) second.down = false
    }
    const [first] = await keeper.end(id)
    expect(first).toMatchObject({ what: 'first', ok: true, attempts: 3 })
    expect(second.calls).toEqual(['PUT /first/on', 'PUT /first/off', 'PUT /first/off', 'PUT /first/off', 'PUT /back'])
  })

  test('that is not seen in Prometheus is tried twice and then is no success', async () => {
    await environment.start()
    environment.prometheusValue = 0
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    const [first] = await keeper.end(id)
    expect(first).toMatchObject({ ok: false, readBack: 'not_held', attempts: 2, error: 'fixed is 0, expected == 1' })
    expect((await current()).state).toBe('stuck')
    await expect(keeper.open(REQUEST)).rejects.toMatchObject({ reason: 'session_open' })
    environment.prometheusValue = 1
    expect(await keeper.end(id)).toMatchObject([{ what: 'first', ok: true, readBack: 'held' }, { what: 'bring-back' }])
  })

  test('with Prometheus down has run, but its read-back is unknown', async () => {
    await environment.start()
    environment.prometheusValue = undefined
    const keeper = environment.client()
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    const [first] = await keeper.end(id)
    expect(first).toMatchObject({ ok: true, readBack: 'unknown' })
    expect(first?.error).toMatch(/could not be read back/)
  })
})

test('the metrics name every fault, on or off, without a token', async () => {
  await environment.start()
  const keeper = environment.client()
  const { id } = await keeper.open(REQUEST)
  await keeper.inject(id, 'second')
  const text = await (await fetch(`${environment.url()}/metrics`)).text()
  expect(text).toMatch(/^drillbook_fault_active\{fault="first"\} 0$/m)
  expect(text).toMatch(/^drillbook_fault_active\{fault="second"\} 1$/m)
  expect(text).toMatch(/^drillbook_fault_undo_failed\{fault="second"\} 0$/m)
  expect(text).toMatch(/^drillbook_keeper_sessions 1$/m)
  expect(text).toMatch(/^machine_cpu_cores [1-9]\d*$/m)
})
