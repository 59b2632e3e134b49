import { describe, expect, test } from '@jest/globals'
import { parseRunbook } from '../../src/runbook/parse.ts'
import { validateAgainst } from '../../src/runbook/validate-against.ts'
import { environmentOf } from '../support/environment-of.ts'
import { BLOCKED } from '../support/runbook-blocked.ts'

const blocksOf = (text: string) => parseRunbook(text, 'r.md').runbook?.steps.flatMap((step) => step.blocks) ?? []
const lineOf = (text: string, needle: string): number => text.slice(0, text.indexOf(needle)).split('\n').length

test('decisions, conditions and parameters from an earlier answer are read', () => {
  expect(parseRunbook(BLOCKED, 'r.md').problems).toEqual([])
  const blocks = Object.fromEntries(blocksOf(BLOCKED).map((block) => [block.name, block]))
  expect(blocks['blocked-by-session']).toMatchObject({ type: 'check', decides: true })
  expect(blocks['list-sessions']).toMatchObject({
    type: 'look',
    action: 'list-sessions',
    when: { decision: 'blocked-by-session', answer: 'yes' },
  })
  expect(blocks['end-session']).toMatchObject({
    type: 'act',
    params: {},
    references: { pid: { block: 'list-sessions', path: ['rows', '0', 'pid'] } },
  })
  expect(blocks['grow-pool']?.when).toEqual({ decision: 'blocked-by-session', answer: 'no' })
  expect(blocks.faults).toMatchObject({ type: 'command', decides: true })
})

describe('what is wrong with them is said with its line', () => {
  test.each<[string, string, string, string, RegExp]>([
    [
      'a condition that names no decision',
      '"when":"not blocked-by-session"',
      '"when":"not blocked"',
      '"name":"grow-pool"',
      /^when: no earlier block is named blocked$/,
    ],
    [
      'a condition that names a later block',
      '"expect":"> 0","decides"',
      '"expect":"> 0","when":"faults","decides"',
      '"name":"blocked-by-session"',
      /^when: no earlier block is named faults$/,
    ],
    [
      'a condition that names a block which decides nothing',
      '"when":"not blocked-by-session"',
      '"when":"list-sessions"',
      '"name":"grow-pool"',
      /^when: list-sessions decides nothing: it has no "decides":"true"$/,
    ],
    [
      'a condition that is none',
      '"when":"not blocked-by-session"',
      '"when":"blocked or so"',
      '"name":"grow-pool"',
      /^when: a condition is "NAME" or "not NAME"/,
    ],
    [
      'an act that decides',
      '"name":"grow-pool","kind":"act"',
      '"name":"grow-pool","kind":"act","decides":"true"',
      '"name":"grow-pool"',
      /only a check decides/,
    ],
    [
      'a parameter from a block that is not there',
      `'\${list-sessions.rows.0.pid}'`,
      `'\${sessions.rows.0.pid}'`,
      '"name":"end-session"',
      /^--param pid: no earlier block is named sessions$/,
    ],
    [
      'a parameter from a block that has no JSON',
      `'\${list-sessions.rows.0.pid}'`,
      `'\${blocked-by-session.rows.0.pid}'`,
      '"name":"end-session"',
      /^--param pid: blocked-by-session answers no JSON/,
    ],
    [
      'a parameter that is a reference in part',
      `'\${list-sessions.rows.0.pid}'`,
      `'session-\${list-sessions.rows.0.pid}'`,
      '"name":"end-session"',
      /^--param pid: a reference is the whole value/,
    ],
    [
      'a reference without a path',
      `'\${list-sessions.rows.0.pid}'`,
      `'\${list-sessions}'`,
      '"name":"end-session"',
      /^--param pid: a reference is \$\{NAME\.key\.0\.key\}/,
    ],
    [
      'a check that runs a command which changes something',
      'drillbook act list-sessions',
      'drillbook lab down',
      '"name":"list-sessions"',
      /^"kind":"check" changes nothing/,
    ],
  ])('%s', (_, from, to, needle, message) => {
    const text = BLOCKED.replace(from, () => to)
    const { runbook, problems } = parseRunbook(text, 'r.md')
    expect(runbook).toBeUndefined()
    expect(problems).toEqual([{ file: 'r.md', line: lineOf(text, needle), message: expect.stringMatching(message) }])
  })
})

describe('against an environment', () => {
  const runbook = parseRunbook(BLOCKED, 'r.md').runbook
  if (runbook === undefined) throw new Error('BLOCKED is a runbook')
  const ACTIONS = {
    'list-sessions': { ops: { method: 'GET', path: '/sessions' }, reads: true },
    'end-session': {
      ops: { method: 'DELETE', path: `/sessions/\${pid}` },
      params: { pid: { type: 'integer', min: 1 } },
    },
    'grow-pool': { ops: { method: 'PUT', path: '/pool' } },
  }

  test('it fits where the action of a check only reads', () => {
    expect(validateAgainst(runbook, environmentOf(ACTIONS))).toEqual([])
  })

  test.each<[string, object, string, unknown]>([
    [
      'a check runs what may change something',
      { ...ACTIONS, 'list-sessions': { ops: { method: 'GET', path: '/sessions' } } },
      '"name":"list-sessions"',
      'list-sessions stands in a check, and the environment here does not say that it only reads (`reads: true`)',
    ],
    [
      'the environment knows no such action',
      { 'end-session': ACTIONS['end-session'], 'grow-pool': ACTIONS['grow-pool'] },
      '"name":"list-sessions"',
      expect.stringMatching(/^actions\.list-sessions is missing in /),
    ],
    [
      'the action has no such parameter',
      { ...ACTIONS, 'end-session': { ops: { method: 'DELETE', path: '/sessions' } } },
      '"name":"end-session"',
      'the parameters of end-session are wrong: it has no parameter pid',
    ],
  ])('%s', (_, actions, needle, message) => {
    expect(validateAgainst(runbook, environmentOf(actions))).toEqual([
      { file: 'r.md', line: lineOf(BLOCKED, needle), message },
    ])
  })

  test.each([
    ['has an undo', { ops: { method: 'GET', path: '/x' }, reads: true, undo: 'back' }, /changes nothing.*no undo/],
    ['is no GET', { ops: { method: 'POST', path: '/x' }, reads: true }, /reads.*GET/],
  ])('an action that only reads and %s is refused', (_, action, message) => {
    expect(() => environmentOf({ look: action, back: { ops: { method: 'PUT', path: '/x' } } })).toThrow(message)
  })
})
