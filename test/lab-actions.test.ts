import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readContent } from '../cli/src/check/content.ts'
import type { OpsCall } from '../cli/src/environment/environment.ts'
import { LOAD_METHODS } from '../reference-app/src/programs/traffic/operations.ts'
import { routesOf } from '../reference-app/test/support/routes.ts'
import { unboundApi, unboundWorker } from '../reference-app/test/support/unbound.ts'

const CHECKOUT = resolve(import.meta.dirname, '..')
const SUPERVISORD = join(CHECKOUT, 'lab/supervisord.conf')
const lab = readContent(rootAt(CHECKOUT)).content.environments.find(({ name }) => name === 'lab')
if (lab === undefined) throw new Error('there is no environment lab')
const { actions, faults, ops } = lab

const processes = { api: unboundApi(), worker: unboundWorker() }
const service = Object.keys(processes)
const routes = new Map([
  ...Object.entries(processes).map(([kind, { operations }]): [string, string[]] => [kind, routesOf(operations)]),
  ['traffic', LOAD_METHODS.map((method) => `${method} /load`)],
])

afterAll(async () => {
  await Promise.all(Object.values(processes).map((each) => each.close()))
})

test('the lab names the kinds of instances that there are', () => {
  expect([...new Set(ops?.instances.map(({ kind }) => kind))]).toEqual([...routes.keys()])
})

const calls: [string, OpsCall | undefined][] = [
  ...[...actions].map(([name, { ops }]): [string, OpsCall | undefined] => [name, ops]),
  ...[...faults].flatMap(([name, { inject, revert }]): [string, OpsCall | undefined][] => [
    [`${name}, injected`, inject.ops],
    [`${name}, reverted`, revert.ops],
  ]),
]

/** Whoever has such a route, but always refuses. */
const REFUSED_BY: Record<string, string[]> = { 'PUT /tracing': ['worker'] }

test('the worker is not traced, so it refuses to be traced more or less', () => {
  const [, worker = ''] = /^\[program:worker\]\n([^[]+)/m.exec(readFileSync(SUPERVISORD, 'utf8')) ?? []
  expect(worker).toContain('worker/main.ts')
  expect(worker).not.toContain('instrumentation/register')
})

describe('goes to all instances that have such a route, and to no other', () => {
  test.each(calls.flatMap(([name, call]) => (call === undefined ? [] : [{ name, call }])))('$name', ({ call }) => {
    const route = `${call.method} ${call.path.replaceAll(/\$\{(\w+)\}/g, '{$1}')}`
    const having = [...routes]
      .filter(([kind, all]) => all.includes(route) && !REFUSED_BY[route]?.includes(kind))
      .map(([kind]) => kind)
    expect(call.on === undefined ? service : [call.on]).toEqual(having)
  })
})
