import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { describeStep } from '../../src/actions/run-step.ts'
import { loadEnvironment, type Step } from '../../src/environment/environment.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-environment-'))
  mkdirSync(join(dir, 'environments'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const load = (yaml: string, env: Record<string, string> = {}) => {
  writeFileSync(join(dir, 'environments', 'mine.yaml'), yaml)
  return loadEnvironment(rootAt(dir), 'mine', env)
}
const failure = (work: () => unknown): CliError => {
  try {
    work()
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('an environment file', () => {
  test('gives paths relative to itself, and defaults that are safe', () => {
    const environment = load(`
name: mine
prometheus: { url: http://127.0.0.1:9090, tokenFile: ./token }
`)
    expect(environment.prometheus.tokenFile).toBe(join(dir, 'environments', 'token'))
    expect(environment).toMatchObject({ production: false, drillsAllowed: false, speed: 1 })
  })

  test('may have a traffic generator: reached by what is on: traffic alone, with the token of `ops`', () => {
    const text = (more: string, kinds = 'api: ["http://a:1"]') => `
name: mine
prometheus: { url: http://127.0.0.1:9090 }
ops: { urls: { ${kinds} }, tokenFile: ./token }
traffic: { ${more}valid: { promql: up, expect: == 1 } }
faults:
  surge:
    inject: { ops: { on: traffic, method: PUT, path: /load, json: { times: { browse: 10 } } } }
    revert: { ops: { on: traffic, method: DELETE, path: /load } }
    reverted: { promql: up, expect: == 1 }
`
    const environment = load(text('urls: ["http://t:1"], '))
    const targets = (step: Step) => describeStep(environment, step)
    expect(targets({ ops: { method: 'PUT', path: '/pool' }, timeout: '10s' })).toEqual(['PUT http://a:1/pool'])
    const surge = environment.faults.get('surge')?.inject
    expect(surge && targets(surge)).toEqual(['PUT http://t:1/load {"times":{"browse":10}}'])
    expect(failure(() => load(text(''))).message).toMatch(/faults.surge.inject.ops.on: there is no traffic.urls/)
    const twice = text('urls: ["http://t:1"], ', 'traffic: ["http://a:1"]')
    expect(failure(() => load(twice)).message).toMatch(/ops.urls.traffic: the generator stands in traffic.urls/)
  })

  test('may name kinds of instances; a call for a kind that it does not name is a problem, as is one where it names none', () => {
    const text = (urls: string) => `
name: mine
prometheus: { url: http://127.0.0.1:9090 }
ops: { urls: ${urls}, tokenFile: ./token }
actions:
  clear: { ops: { on: api, method: PUT, path: /x } }
faults:
  off:
    inject: { ops: { method: PUT, path: /x } }
    revert: { ops: { on: worker, method: PUT, path: /x } }
    reverted: { promql: up, expect: == 1 }
`
    const { ops } = load(text('{ api: ["http://a:1", "http://b:1"], worker: ["http://c:1"] }'))
    expect(ops?.instances).toEqual([
      { url: 'http://a:1', kind: 'api' },
      { url: 'http://b:1', kind: 'api' },
      { url: 'http://c:1', kind: 'worker' },
    ])
    const lost = 'mine.yaml:10  faults.off.revert.ops.on: ops.urls knows no worker'
    expect(failure(() => load(text('{ api: ["http://a:1"] }'))).message).toContain(lost)
    const none = failure(() => load(text('["http://a:1"]'))).message
    expect(none).toContain('mine.yaml:6  actions.clear.ops.on: ops.urls knows no api')
    expect(none).toContain(lost)
  })

  test('reports all problems at once, each with its line', () => {
    const error = failure(() =>
      load(`name: Mine
prometheus: { url: ftp://nowhere }
surprise: 1
actions:
  both: { ops: { method: PUT, path: /x }, exec: ["true"] }
  slow: { exec: [sleep, "1"], timeout: soon }
`),
    )
    expect(error.exitStatus).toBe(2)
    expect(error.message).toContain('5 problems')
    for (const finding of [
      ':1  name: a name is kebab-case',
      ':2  prometheus.url',
      ':3  Unrecognized key',
      ':5  actions.both',
      ':6  actions.slow.timeout',
    ]) {
      expect(error.message).toContain(`environments/mine.yaml${finding}`)
    }
  })

  test('reports every parameter that cannot be', () => {
    const error = failure(() =>
      load(`name: mine
prometheus: { url: http://127.0.0.1:9090 }
actions:
  act:
    exec: ["true"]
    params:
      fine: { type: number, min: 0, max: 1, default: 0.25 }
      half: { type: integer, default: 0.5 }
      text: { type: string, min: 1 }
      much: { type: number, min: 0, max: 1, default: 2 }
      word: { type: number, default: "0.5" }
      none: { type: number, min: 2, max: 1 }
      long: { type: boolean, maxLength: 5 }
`),
    )
    const at = 'environments/mine.yaml'
    expect(error.message.split('\n').slice(1)).toEqual([
      `  ${at}:8  actions.act.params.half.default: has to be an integer`,
      `  ${at}:9  actions.act.params.text.min: only an integer or a number has one, not a string`,
      `  ${at}:10  actions.act.params.much.default: has to be a number from 0 to 1`,
      `  ${at}:11  actions.act.params.word.default: has to be a number`,
      `  ${at}:12  actions.act.params.none.min: is above max`,
      `  ${at}:13  actions.act.params.long.maxLength: only a string has one`,
    ])
  })

  test('refuses an undo that is no action', () => {
    const error = failure(() =>
      load(`name: mine
prometheus: { url: http://127.0.0.1:9090 }
actions:
  one: { exec: ["true"], undo: two }
`),
    )
    expect(error.message).toContain('environments/mine.yaml:4  actions.one.undo: there is no action two')
  })

  test('refuses broken YAML with the line', () => {
    expect(failure(() => load('name: mine\nprometheus: {')).message).toMatch(/environments\/mine\.yaml:2 {2}\S/)
  })

  test('that does not exist is wrong use, with a hint', () => {
    const error = failure(() => loadEnvironment(rootAt(dir), 'nowhere', {}))
    expect(error.exitStatus).toBe(2)
    expect(error.hint).toContain('--env')
  })

  test('of a lab that is not up is unreachable, and the hint starts it', () => {
    const error = failure(() =>
      load('resolvedBy: lab\nname: mine\nprometheus: { url: http://127.0.0.1:1 }\n', {
        DRILLBOOK_LAB_DIR: join(dir, 'lab'),
      }),
    )
    expect(error.exitStatus).toBe(3)
    expect(error.hint).toContain('drillbook lab up')
  })
})
