import { describe, expect, test } from '@jest/globals'
import { KeeperRefusedError } from '../../src/keeper/client.ts'
import { until } from './fake-environment.ts'
import { calls, current, ended, environment, freshEnvironments, REQUEST } from './fresh-environment.ts'

freshEnvironments()

describe('a session is undone by itself', () => {
  test('when its lease is over, and not while it is renewed', async () => {
    await environment.start()
    const keeper = environment.client()
    const { id, leaseUntil } = await keeper.open({ ...REQUEST, leaseSeconds: 4 })
    await keeper.inject(id, 'first')
    const renewedUntil = Date.parse(leaseUntil) + 500
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
    const { id } = await keeper.open({ ...REQUEST, hardLimitSeconds: 3 })
    await keeper.inject(id, 'first')
    await until(
      async () =>
        keeper.renew(id).then(
          () => false,
          (error) => error instanceof KeeperRefusedError,
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
    const { id } = await keeper.open(REQUEST)
    await keeper.inject(id, 'first')
    await environment.killKeeper()
    environment.endLease()
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
    const { id } = await keeper.open(REQUEST)
    if (ops !== undefined)
      ops.onCall = () => {
        ops.onCall = undefined // once: the client asks the next keeper for the same
        void environment.killKeeper()
      }
    const injected = keeper.inject(id, 'first').catch((error) => error)
    await until(() => calls().length > 0, 'the injection')
    await environment.killKeeper()
    environment.endLease()
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
