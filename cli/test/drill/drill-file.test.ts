import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProblemsError } from '@drillbook/content/errors'
import { findRoot, rootAt } from '@drillbook/content/root'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readContent } from '../../src/check/content.ts'
import { drillNames, readDrill } from '../../src/drill/drill-file.ts'

const shipped = findRoot(import.meta.dirname)
const text = readFileSync(join(shipped.drills, 'cache-outage.yaml'), 'utf8')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-drills-'))
  cpSync(join(shipped.alerts, 'rules'), join(dir, 'alerts', 'rules'), { recursive: true })
  mkdirSync(join(dir, 'runbooks', 'drills'), { recursive: true })
  cpSync(join(shipped.runbooks, 'cache-outage.md'), join(dir, 'runbooks', 'cache-outage.md'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** The problems of the shipped drill after an edit, as `line message`. */
function problemsAfter(edit: (text: string) => string, known?: Parameters<typeof readDrill>[2]): string[] {
  writeFileSync(join(dir, 'runbooks', 'drills', 'cache-outage.yaml'), edit(text))
  try {
    readDrill(rootAt(dir), 'cache-outage', known)
    return []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.map((p) => `${p.line} ${p.message}`)
  }
}
const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1

describe('the shipped drills', () => {
  test.each(drillNames(shipped))('%s names only what its runbook and the alert rules have', (name) => {
    const drill = readDrill(shipped, name)
    expect(drill.incident).toBe(name.split('.')[0])
    expect(drill.alerts.expected.length).toBeGreaterThan(0)
  })

  test('start their faults in the order of the method', () => {
    expect(readDrill(shipped, 'cache-outage.hung-unprotected').faults).toEqual(['protection-off', 'cache-hung'])
  })

  test.each(drillNames(shipped))('%s uses only faults and actions that the lab binds', (name) => {
    const lab = readContent(shipped).content.environments.find((environment) => environment.name === 'lab')
    expect(() => readDrill(shipped, name, lab)).not.toThrow()
    expect(lab?.faults.size).toBeGreaterThan(0)
  })
})

const MENDED = 'mendedBy: [use-standby-cache, use-cache]'

describe('a drill file', () => {
  test('without a mistake has no problems', () => {
    expect(problemsAfter((t) => t)).toEqual([])
  })

  test.each<[string, string, string, RegExp]>([
    ['an unknown alert', 'CacheErrorsHigh', 'CacheErrorHigh', /unknown alert CacheErrorHigh/],
    [
      'an alert of another incident',
      'CacheErrorsHigh',
      'TargetDown',
      /TargetDown belongs to monitoring, not to cache-outage/,
    ],
    [
      'a bad expectation in a condition',
      'expect: "== 0"',
      'expect: "is 0"',
      /confirm.expect: expect is an operator and a number/,
    ],
    ['a bad expectation in a probe', '"<= 1%"', '"at most 1%"', /like ">= 90%", not at most 1%/],
    ['a bad duration', 'within: 2m', 'within: two minutes', /confirm.within: a duration is like/],
    ['an unknown key', '    protection: "on"', '    protektion: "on"', /protektion/],
    ['rollbacks that are skipped', 'strategy: always', 'strategy: default', /runtime.rollbacks.strategy/],
    [
      'a step that must not run and that nobody knows',
      MENDED,
      `mustNotRun: [no-such]\n    ${MENDED}`,
      /unknown step no-such/,
    ],
    ['no step that mends', MENDED, 'mendedBy: []', /mendedBy is empty: name the acts/],
    ['a check that should mend', MENDED, 'mendedBy: [hit-ratio]', /hit-ratio is no act: it changes nothing/],
    ['a check that must not run', MENDED, `mustNotRun: [hit-ratio]\n    ${MENDED}`, /hit-ratio is no act/],
    [
      'a step that must not run and has to mend',
      MENDED,
      `mustNotRun: [use-cache]\n    ${MENDED}`,
      /use-cache must not run and has to mend, both/,
    ],
    [
      'a probe in the method, which nobody would run',
      '  - type: action',
      `  - { type: probe, name: is-it-down, provider: { type: process, path: drillbook, arguments: [query, up, --expect, "== 1"] } }\n  - type: action`,
      /a probe of the method would not be run: write it as confirm/,
    ],
    ['a number where the exit status belongs', 'tolerance: 0', 'tolerance: 1', /tolerance/],
    [
      'a claim of which it is not said how it is proven',
      MENDED,
      `proves: [{ title: Nothing is lost, expect: "== 0", within: 1m }]\n    ${MENDED}`,
      /proves.0: a claim has exactly one of `promql` and `read`/,
    ],
    [
      'a claim by PromQL with what belongs to an action',
      MENDED,
      `proves: [{ title: Nothing is lost, promql: lost, path: rows, expect: "== 0", within: 1m }]\n    ${MENDED}`,
      /`params` and `path` belong to `read`/,
    ],
    [
      'a method that holds its terminal',
      '--detach, --for, 5m',
      '--for, 5m',
      /an action of the method is: fault start NAME --detach/,
    ],
  ])('with %s says so, with the line', (_, from, to, message) => {
    const problems = problemsAfter((t) => t.replace(from, to))
    expect(problems.join('\n')).toMatch(message)
    expect(problems[0]).toMatch(/^\d+ /)
    const found = problems.find((p) => message.test(p))
    if (!from.includes('protection')) expect(Number(found?.split(' ')[0])).toBe(lineOf(from))
  })

  test('may leave protection and the acts that must not run out', () => {
    expect(problemsAfter((t) => t.replace('    protection: "on"\n', ''))).toEqual([])
    expect(readDrill(rootAt(dir), 'cache-outage')).toMatchObject({
      mustNotRun: [],
      mendedBy: ['use-standby-cache', 'use-cache'],
    })
    expect(readDrill(rootAt(dir), 'cache-outage').protection).toBeUndefined()
  })

  test('proves by PromQL, or by what an action answers', () => {
    const claims = [
      '{ title: Nothing is lost, promql: " lost ", expect: "== 0", within: 1m }',
      '{ title: All are paid, read: list-orders, params: { last: 5, paid: false }, path: rows, expect: "== 0", within: 0s }',
    ]
    expect(problemsAfter((t) => t.replace(MENDED, `proves: [${claims.join(', ')}]\n    ${MENDED}`))).toEqual([])
    expect(readDrill(rootAt(dir), 'cache-outage').proves).toEqual([
      { title: 'Nothing is lost', promql: 'lost', expect: '== 0', withinMs: 60_000 },
      {
        title: 'All are paid',
        read: 'list-orders',
        params: { last: '5', paid: 'false' },
        path: 'rows',
        expect: '== 0',
        withinMs: 0,
      },
    ])
  })

  test('with no mendedBy at all says so', () => {
    const problems = problemsAfter((t) => t.replace(`    ${MENDED}\n`, ''))
    expect(problems.join('\n')).toMatch(/mendedBy is missing: name the acts of the runbook/)
  })

  test('with an unknown incident says so', () => {
    expect(problemsAfter((t) => t.replace('incident: cache-outage', 'incident: cash-outage')).join('\n')).toMatch(
      /unknown incident cash-outage: there is no runbooks\/cash-outage.md/,
    )
  })

  test('with a fault or an action that the environment does not know says so, both at once', () => {
    const known = { faults: new Map([['other', 1]]), actions: new Map([['clear-banner', 1]]) }
    const problems = problemsAfter((t) => t, known).join('\n')
    expect(problems).toMatch(new RegExp(`^${lineOf('[fault, start, cache-stopped')} unknown fault cache-stopped`, 'm'))
    expect(problems).toMatch(/unknown action promote-cache/)
  })

  test('that starts a fault and never stops it says so', () => {
    expect(problemsAfter((t) => t.replace('[fault, stop, cache-stopped]', '[act, clear-banner, --yes]'))).toEqual([
      `${lineOf('rollbacks:') === 0 ? '' : text.split('\n').indexOf('rollbacks:') + 1} the rollbacks do not stop cache-stopped, which the method starts`,
    ])
  })

  test('that does not exist is named, with those that do', () => {
    expect(() => readDrill(shipped, 'cash-outage')).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('cache-outage.hung-unprotected') }),
    )
  })
})
