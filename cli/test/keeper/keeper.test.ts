import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { calls, environment, freshEnvironments, REQUEST } from './fresh-environment.ts'

freshEnvironments()

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
    await keeper.inject(id, 'second') // as it was
    writeFileSync(file, whole)
    await keeper.inject(id, 'third')
    expect(calls(0)).toEqual(['PUT /first/on', 'PUT /second/on', 'PUT /third/on'])
    expect(calls(1)).toEqual(['PUT /third/on'])
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
    await expect(keeper.inject(id, 'no-such')).rejects.toThrow(
      /knows no fault no-such; it knows: first, second, third, short/,
    )
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
