import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRoot } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { runCli } from '../../src/cli.ts'
import { list, run, undo } from '../../src/commands/drill.ts'
import { list as listFaults, start, stop } from '../../src/commands/fault.ts'
import { incidentContent, needsOf } from '../../src/environment/incidents.ts'
import type { Stdio } from '../../src/stdio.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

/** The refusals: what must be said before anything is started. */

const shipped = findRoot(import.meta.dirname)
let dir: string
let prometheus: Server
let url: string
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-command-'))
  prometheus = createServer((_, response) => {
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }))
  })
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve))
  const address = prometheus.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
})
afterEach(() => {
  prometheus.closeAllConnections()
  prometheus.close()
  rmSync(dir, { recursive: true })
})

const step = { exec: ['true'] }
const fault = { inject: step, revert: step, reverted: { promql: 'up', expect: '== 1' } }
/** What the shipped runbook and drill do. */
const ACTIONS = needsOf('cache-outage', incidentContent(shipped)).flatMap(({ kind, name }) =>
  kind === 'actions' ? [name] : [],
)

function environment(change: Record<string, unknown> = {}): string {
  const file = join(dir, 'environment.yaml')
  const whole = {
    name: 'test',
    drills: 'allowed',
    prometheus: { url },
    faults: { 'cache-stopped': fault },
    actions: Object.fromEntries(ACTIONS.map((name) => [name, step])),
    ...change,
  }
  writeFileSync(file, stringify(JSON.parse(JSON.stringify(whole))))
  return file
}
const ask = (env: string, name = 'cache-outage') => {
  const { stdio, captured } = capturedStdio({ cwd: shipped.dir })
  return { captured, done: run(stdio, { name, env, unattended: true, json: true }, runCli) }
}

describe('drill run refuses', () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['where drills are not allowed', { drills: undefined }, 'refused', /drills are not allowed in test/],
    ['where no keeper would undo the fault', {}, 'refused', /the environment test has no keeper/],
    ['production without people', { production: true }, 'refused', /production: no drill there without people/],
    ['a fault that the environment does not know', { faults: {} }, 'usage', /faults\.cache-stopped is missing in/],
    [
      'when Prometheus does not answer',
      { prometheus: { url: 'http://127.0.0.1:9' }, keeper: { url: 'http://127.0.0.1:9' } },
      'unreachable',
      /Prometheus at http:\/\/127.0.0.1:9 does not answer/,
    ],
  ])('%s', async (_, change, code, message) => {
    const { captured, done } = ask(environment(change))
    await expect(done).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(captured.stdout).toBe('')
  })

  test('a drill that does not exist', async () => {
    const { done } = ask(environment(), 'cash-outage')
    await expect(done).rejects.toMatchObject({ code: 'usage', message: 'there is no drill cash-outage' })
  })
})

test('fault start without a keeper is refused', async () => {
  const { stdio } = capturedStdio({ cwd: shipped.dir })
  const started = start(stdio, { name: 'cache-stopped', env: environment() })
  await expect(started).rejects.toMatchObject({ code: 'refused', exitStatus: 4 })
})

test.each<[string, (stdio: Stdio) => Promise<void>]>([
  ['drill run', (stdio) => run(stdio, { name: 'cache-outage', unattended: true }, runCli)],
  ['drill undo', (stdio) => undo(stdio, {})],
  ['fault list', (stdio) => listFaults(stdio, {})],
  ['fault start', (stdio) => start(stdio, { name: 'cache-stopped' })],
  ['fault stop', (stdio) => stop(stdio, { name: 'cache-stopped' })],
])('%s takes an empty DRILLBOOK_ENV for none, like every other command', async (_, command) => {
  const { stdio } = capturedStdio({ cwd: dir, env: { DRILLBOOK_ENV: '' } })
  writeFileSync(join(dir, 'drillbook.yaml'), '')
  await expect(command(stdio)).rejects.toMatchObject({
    message: expect.stringMatching(/^there is no environment lab in /),
  })
})

test('drill list prints JSON and nothing else', async () => {
  const { stdio, captured } = capturedStdio({ cwd: shipped.dir })
  await list(stdio, { json: true })
  expect(JSON.parse(captured.stdout)).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'cache-outage', protection: 'on' })]),
  )
})
