import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { listIncidents } from '../../src/incident/record.ts'
import { Terminal } from '../support/terminal.ts'
import { ENV, responderDesk } from '../walk/desk.ts'

/** However a question ends, the terminal is as it was before, for the shell that comes next. */

const desk = responderDesk()
const MANUAL = 'd done · n done, with a note · s skip · f failed · q stop > '

const open = (argv: string[], program?: string) =>
  new Terminal(argv, {
    cwd: desk.folder.root.dir,
    env: { ...ENV, NO_COLOR: '1' },
    ...(program === undefined ? {} : { program }),
  })

async function isGivenBack(terminal: Terminal, wanted: number): Promise<void> {
  const { status, settings } = await terminal.ended()
  expect(settings).toEqual(expect.arrayContaining(['icanon', 'echo', 'isig', 'opost', 'icrnl']))
  expect(
    terminal.screen
      .split('\u001b')
      .filter((rest) => /^\[\?2004[hl]/.test(rest))
      .map((rest) => rest.slice(0, 7)),
  ).toEqual(['[?2004h', '[?2004l'])
  expect(status).toBe(wanted)
}

test('an answer gives it back', async () => {
  await using terminal = open(['respond', 'outage'])
  await terminal.sees(MANUAL)
  terminal.press('q')
  await isGivenBack(terminal, 0)
})

test('Ctrl-C gives it back, ends with 130, and the walk can be resumed', async () => {
  await using terminal = open(['respond', 'outage'])
  await terminal.sees(MANUAL)
  terminal.press('\u0003')
  await isGivenBack(terminal, 130)
  expect(terminal.screen).toContain('Go on where it was: drillbook respond')
  expect(listIncidents(desk.folder.root)[0]?.walk?.ended).toBe('interrupted')
})

test('Ctrl-C before the keys count gives it back, too', async () => {
  await using terminal = open(['respond', 'outage'])
  await terminal.sees('How did it go?')
  await terminal.sees('\u001b[?2004h')
  terminal.press('\u0003')
  await isGivenBack(terminal, 130)
  expect(terminal.screen).not.toContain(MANUAL)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s gives it back and ends with 130', async (signal) => {
  await using terminal = open(['respond', 'outage'])
  await terminal.sees(MANUAL)
  terminal.kill(signal)
  await isGivenBack(terminal, 130)
})

test('an exception at a question gives it back', async () => {
  await using terminal = open([], join(import.meta.dirname, 'throws-at-a-question.ts'))
  await isGivenBack(terminal, 1)
  expect(terminal.screen).toContain('thrown at a question')
})

test('a terminal that is called dumb gets no escape sequence at all', async () => {
  await using terminal = new Terminal(['respond', 'outage'], {
    cwd: desk.folder.root.dir,
    env: { ...ENV, NO_COLOR: '1', TERM: 'dumb' },
  })
  await terminal.sees(MANUAL)
  terminal.press('n')
  await terminal.sees('> ')
  terminal.press('abx\u007f')
  await terminal.sees('> ab')
  terminal.press('\u0003')
  expect((await terminal.ended()).status).toBe(130)
  expect(terminal.screen).not.toContain('\u001b')
})

test.each(['xterm', 'dumb'])('a line that is typed is shown where nobody knows the columns (%s)', async (TERM) => {
  await using terminal = new Terminal(['respond', 'outage'], {
    cwd: desk.folder.root.dir,
    env: { ...ENV, NO_COLOR: '1', TERM },
    columns: 0,
  })
  await terminal.sees(MANUAL)
  terminal.press('n')
  await terminal.sees('> ')
  terminal.press('abc')
  await terminal.sees('> abc')
  terminal.press('\u0003')
  expect((await terminal.ended()).status).toBe(130)
})

test('a question that was stopped is asked again, and takes a key at once, but none from before', async () => {
  await using terminal = open(['respond', 'outage'])
  await terminal.sees(MANUAL)
  terminal.suspend()
  terminal.press('q')
  await terminal.sees('q') // the terminal echoes it: it has it
  terminal.kill('SIGCONT')
  await terminal.sees(MANUAL)
  terminal.press('d')
  await terminal.sees('Run use-spare?')
  await terminal.sees('stop > ')
  terminal.press('q')
  expect((await terminal.ended()).status).toBe(0)
})
