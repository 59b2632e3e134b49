import { describe, expect, test } from '@jest/globals'
import { listIncidents } from '../../src/incident/record.ts'
import { OUTAGE } from '../support/drillbook-folder.ts'
import { Terminal } from '../support/terminal.ts'
import { ENV, responderDesk } from '../walk/desk.ts'

/** What runs when somebody presses keys: the real command in a real pseudo-terminal, stand-ins for what it talks to. */

const desk = responderDesk()

/** One step in each phase: two acts, one behind the other. */
const TWO_ACTS = OUTAGE.replace(/### Ask what changed[\s\S]*?(?=### Use the spare)/, '').replace(
  /```promql \{"name":"fast"[\s\S]*?```\n/,
  '',
)
const ACT = 'y run · s skip · q stop > '
const FAILED = 'c continue · r try again · q stop > '

const open = (...argv: string[]) => new Terminal(argv, { cwd: desk.folder.root.dir, env: { ...ENV, NO_COLOR: '1' } })
const paths = () => desk.instance.calls.map((call) => call.path)

describe('respond', () => {
  test.each([
    ['at once', ['\r\r\r']],
    ['one after the other', ['\r', '\r', '\r']],
  ])('Enter three times, %s, runs nothing and leaves the question open', async (_, pieces) => {
    desk.setUp({ runbook: TWO_ACTS })
    await using terminal = open('respond', 'outage')
    await terminal.sees(ACT)
    for (const piece of pieces) terminal.press(piece)
    await terminal.pressUntil('q', 'stop\r\n')
    expect((await terminal.ended()).status).toBe(0)
    expect(terminal.screen).toContain(`${ACT}stop`)
    expect(paths()).toEqual([])
  })

  test('y pressed again while the first action runs is no answer to the next question', async () => {
    desk.setUp({ runbook: TWO_ACTS })
    await using terminal = open('respond', 'outage')
    desk.instance.answer = (_, response) => {
      terminal.press('y')
      terminal.press('y')
      response.end('{}')
      return true
    }
    await terminal.sees(ACT)
    terminal.press('y')
    await terminal.sees('Run repair?')
    await terminal.sees(ACT)
    await terminal.pressUntil('q', 'stop\r\n')
    await terminal.ended()
    expect(paths()).toEqual(['/source'])
  })

  test('y three times in one piece runs one action', async () => {
    desk.setUp({ runbook: TWO_ACTS })
    await using terminal = open('respond', 'outage')
    await terminal.sees(ACT)
    terminal.press('yyy')
    await terminal.sees('Run repair?')
    await terminal.sees(ACT)
    terminal.press('q')
    await terminal.ended()
    expect(paths()).toEqual(['/source'])
  })

  test('keys pressed while a check waits answer no question', async () => {
    desk.setUp({
      runbook: TWO_ACTS.replace(
        '### Use the spare',
        '### Wait\n\n- **Why:** w.\n- **Method:** m.\n- **Goal:** g.\n\n```promql {"name":"calm","expect":"== 1","within":"5m"}\ncalm\n```\n\n### Use the spare',
      ),
    })
    desk.prometheus.answers.set('calm', [0])
    await using terminal = open('respond', 'outage')
    await terminal.sees('waiting')
    terminal.press('y\ry\r\u0004')
    await terminal.sees('waiting')
    terminal.press('yyy')
    desk.prometheus.answers.set('calm', [1])
    await terminal.sees(ACT)
    terminal.press('q')
    await terminal.ended()
    expect(terminal.screen).toContain(`${ACT}stop`)
    expect(paths()).toEqual([])
  })

  test.each([
    ['Left', '\u001b[D'],
    ['F5', '\u001b[15~'],
    ['PageDown', '\u001b[6~'],
    ['Alt and y', '\u001by'],
    ['a letter without a meaning', 'x'],
    ['pasted lines', '\u001b[200~y\ny\ny\n\u001b[201~'],
    ['pasted lines that the terminal does not mark', 'y\ny\ny\n'],
  ])('%s does nothing', async (_, keys) => {
    await using terminal = open('act', 'repair')
    await terminal.sees('y run · q stop > ')
    terminal.press(keys)
    await terminal.pressUntil('\u001b', 'stop\r\n')
    expect((await terminal.ended()).status).toBe(4)
    expect(terminal.screen).toContain('y run · q stop > stop')
    expect(paths()).toEqual([])
  })

  test('after a failure Enter does nothing, and c goes on', async () => {
    desk.setUp({ runbook: TWO_ACTS })
    desk.instance.answer = (_, response) => {
      response.statusCode = 500
      response.end('no')
      return true
    }
    await using terminal = open('respond', 'outage')
    await terminal.sees(ACT)
    terminal.press('y')
    await terminal.sees(FAILED)
    terminal.press('\r')
    terminal.press(' ')
    await terminal.pressUntil('c', 'Run repair?')
    await terminal.sees(ACT)
    terminal.press('\u001b')
    await terminal.ended()
    expect(terminal.screen).toContain(`${FAILED}continue`)
    expect(paths()).toEqual(['/source'])
  })

  test('pasted lines are one note', async () => {
    await using terminal = open('respond', 'outage')
    await terminal.sees('d done · n done, with a note · s skip · f failed · q stop > ')
    terminal.press('n')
    await terminal.sees('Note (Enter for none):')
    await terminal.sees('> ')
    terminal.press('\u001b[200~Ann deployed\ny\ny\n\u001b[201~')
    await terminal.sees('Ann deployed y y')
    terminal.press('!\r')
    await terminal.sees(ACT)
    terminal.press('q')
    await terminal.ended()
    expect(listIncidents(desk.folder.root)[0]?.steps).toMatchObject([
      {},
      { name: 'ask-what-changed', outcome: 'done', note: 'Ann deployed y y!' },
    ])
    expect(paths()).toEqual([])
  })
})

test('Escape at a line to type runs nothing and stops the walk, which can be resumed', async () => {
  desk.setUp({ production: true, runbook: TWO_ACTS })
  await using terminal = open('respond', 'outage')
  await terminal.sees(ACT)
  terminal.press('y')
  await terminal.sees('Type its name to run use-spare:')
  await terminal.sees('> ')
  terminal.press('test')
  await terminal.sees('> test')
  terminal.press('\u001b')
  expect((await terminal.ended()).status).toBe(130)
  expect(terminal.screen).toContain('Go on where it was: drillbook respond')
  expect(paths()).toEqual([])
})

describe('respond without a name', () => {
  const LIST = '1 · q stop > '

  test('Enter chooses nothing, and q opens no incident', async () => {
    await using terminal = open('respond')
    await terminal.sees('1  outage: ThingDown firing')
    await terminal.sees(LIST)
    terminal.press('\r')
    await terminal.pressUntil('q', 'stop\r\n')
    expect((await terminal.ended()).status).toBe(0)
    expect(listIncidents(desk.folder.root)).toEqual([])
  })

  test('its number opens the incident', async () => {
    desk.setUp({ runbook: TWO_ACTS })
    await using terminal = open('respond')
    await terminal.sees(LIST)
    terminal.press('1')
    await terminal.sees(ACT)
    terminal.press('q')
    await terminal.ended()
    expect(listIncidents(desk.folder.root)).toMatchObject([{ incident: 'outage' }])
    expect(paths()).toEqual([])
  })
})

describe('in production', () => {
  test.each([
    ['nothing but Enter', '\r'],
    ['y', 'y\r'],
    ['another name', 'tes\r'],
    ['the name in other letters', 'Test\r'],
  ])('%s runs nothing', async (_, keys) => {
    desk.setUp({ production: true })
    await using terminal = open('act', 'repair')
    await terminal.sees('Type its name to run repair:')
    await terminal.sees('> ')
    terminal.press(keys)
    expect((await terminal.ended()).status).toBe(4)
    expect(paths()).toEqual([])
  })

  test('its name runs it, after a slip that was taken back', async () => {
    desk.setUp({ production: true })
    await using terminal = open('act', 'repair')
    await terminal.sees('Type its name to run repair:')
    await terminal.sees('> ')
    terminal.press('tesx\u007f')
    await terminal.sees('> tes')
    terminal.press('t\r')
    expect((await terminal.ended()).status).toBe(0)
    expect(paths()).toEqual(['/repair'])
  })

  test('a walk asks for y and for the name', async () => {
    desk.setUp({ production: true, runbook: TWO_ACTS })
    await using terminal = open('respond', 'outage')
    await terminal.sees(ACT)
    terminal.press('y')
    await terminal.sees('Type its name to run use-spare:')
    await terminal.sees('> ')
    terminal.press('\r')
    await terminal.sees('That is not its name')
    await terminal.sees(ACT)
    terminal.press('q')
    await terminal.ended()
    expect(paths()).toEqual([])
  })
})
