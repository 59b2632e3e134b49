import { expect, test } from '@jest/globals'
import { responderDesk } from '../walk/desk.ts'

/** Actions and answers that no program expects: the action fails or is refused, and is never a bug of ours. */

const desk = responderDesk()

const answering = (body: string) => {
  desk.instance.answer = (_, response) => {
    response.end(body)
    return true
  }
}

test('an answer of sixty thousand levels is shown as text, and with --json', async () => {
  desk.setUp({ actions: '  look: { ops: { method: GET, path: /look }, reads: true }' })
  answering('['.repeat(60_000) + ']'.repeat(60_000))
  for (const json of [[], ['--json']]) {
    const { status, stderr } = await desk.drillbook('act', 'look', ...json)
    expect(stderr).toContain('ok')
    expect(status).toBe(0)
  }
})

test.each([
  ['a program below a file', '[/etc/passwd/x]', /spawn ENOTDIR/],
  ['an argument with a NUL', '[echo, "a\\0b"]', /null bytes/],
  [
    'an argument longer than the system takes',
    `\n      - echo\n      - |\n${`        ${'z'.repeat(60_000)}\n`.repeat(3)}`,
    /spawn E2BIG/,
  ],
])('%s fails the action', async (_, argv, why) => {
  desk.setUp({ actions: `  run:\n    exec: ${argv}` })
  const { status, stderr } = await desk.drillbook('act', 'run', '--yes')
  expect(stderr).toMatch(why)
  expect(status).toBe(1)
})

test('a placeholder called like what every object has stays as it is without such a parameter', async () => {
  desk.setUp({ actions: `  run: { exec: [echo, "\${constructor}", "\${toString}x"] }` })
  const { status, stderr } = await desk.drillbook('act', 'run', '--yes')
  expect(stderr).toContain(`echo '\${constructor}' '\${toString}x'`)
  expect(status).toBe(0)
})

test('a parameter called like what every object has is missing when it is not given', async () => {
  desk.setUp({ actions: `  run: { exec: [echo, "\${constructor}"], params: { constructor: { type: string } } }` })
  const { status, stderr } = await desk.drillbook('act', 'run', '--yes')
  expect(stderr).toContain('constructor is missing: a text')
  expect(status).toBe(2)
})
