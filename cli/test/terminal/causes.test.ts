import { beforeEach, expect, test } from '@jest/globals'
import { listIncidents } from '../../src/incident/record.ts'
import { BLOCKED, BLOCKED_ACTIONS } from '../support/runbook-blocked.ts'
import { Terminal } from '../support/terminal.ts'
import { ENV, responderDesk } from '../walk/desk.ts'

/** A runbook that tells causes apart, walked by a person: the real command in a real pseudo-terminal. */

const desk = responderDesk()
const DECIDE = 'y yes · n no · u unknown · q stop > '
const ACT = 'y run · s skip · q stop > '
const LEFT = 'c continue · o offer them now · q stop > '

const RUNBOOK = BLOCKED.replace(/### Ask what changed[\s\S]*?(?=### Tell the causes apart)/, '').replace(
  /```sh {"name":"faults"[\s\S]*?```\n/,
  '',
)
const open = () => new Terminal(['respond', 'outage'], { cwd: desk.folder.root.dir, env: { ...ENV, NO_COLOR: '1' } })
const paths = () => desk.instance.calls.map((call) => call.path)
const steps = () => listIncidents(desk.folder.root)[0]?.steps

beforeEach(() => {
  desk.setUp({ runbook: RUNBOOK, actions: BLOCKED_ACTIONS })
  desk.prometheus.answers.set('lock_waits', [3])
  desk.instance.answer = ({ path }, response) => {
    if (path !== '/sessions') return false
    response.end('{"rows":[{"pid":4711},{"pid":12}]}')
    return true
  }
})

test('the answer takes a key, a parameter Enter or another value, and the other cause one key', async () => {
  await using terminal = open()
  await terminal.sees('blocked-by-session: the check says yes. What holds?')
  await terminal.sees(DECIDE)
  terminal.press('\r')
  await terminal.pressUntil('y', 'yes\r\n')
  await terminal.sees('pid of end-session, an integer of at least 1, from list-sessions.rows.0.pid (Enter: 4711)')
  await terminal.sees('  > ')
  terminal.press('12')
  await terminal.sees('12')
  terminal.press('\r')
  await terminal.sees('/sessions/12')
  await terminal.sees(ACT)
  terminal.press('y')
  await terminal.sees('– Grow the pool: not offered (blocked-by-session: yes)')
  await terminal.sees('Not offered in this phase: grow-pool.')
  await terminal.sees(LEFT)
  terminal.press('\r')
  await terminal.pressUntil('o', 'offer them now\r\n')
  await terminal.sees(ACT)
  terminal.press('q')
  await terminal.ended()
  expect(paths()).toEqual(['/sessions', '/sessions/12'])
  expect(steps()).toContainEqual(expect.objectContaining({ name: 'blocked-by-session', answer: 'yes' }))
})

test('the answer can be changed', async () => {
  await using terminal = open()
  await terminal.sees(DECIDE)
  terminal.press('n')
  await terminal.sees('– End the session: not offered (blocked-by-session: no)')
  await terminal.sees(ACT)
  terminal.press('y')
  await terminal.sees('Not offered in this phase: end-session.')
  await terminal.sees(LEFT)
  terminal.press('q')
  await terminal.ended()
  expect(paths()).toEqual(['/pool'])
  expect(steps()).toContainEqual(
    expect.objectContaining({ answer: 'no', overridden: true, note: 'the check said yes, ann@desk said no' }),
  )
})

test('without a value in the answer the person types one, or skips the act', async () => {
  desk.instance.answer = (_, response) => {
    response.end('{"rows":[]}')
    return true
  }
  await using terminal = open()
  await terminal.sees(DECIDE)
  terminal.press('y')
  await terminal.sees('pid is missing: list-sessions.rows.0.pid has no value')
  await terminal.sees('t type it · s skip the action · q stop > ')
  terminal.press('s')
  await terminal.sees(LEFT)
  terminal.press('q')
  await terminal.ended()
  expect(paths()).toEqual(['/sessions'])
  expect(steps()).toContainEqual(expect.objectContaining({ name: 'end-session', outcome: 'skipped' }))
})
