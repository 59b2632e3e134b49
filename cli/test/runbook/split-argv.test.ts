import { expect, test } from '@jest/globals'
import { splitArgv } from '../../src/runbook/argv.ts'

test.each([
  ['drillbook act x', ['drillbook', 'act', 'x']],
  ['a --param m="two words; and more"', ['a', '--param', 'm=two words; and more']],
  ['q \'cache:up{instance="a"} > 0\'', ['q', 'cache:up{instance="a"} > 0']],
  ["a ''", ['a', '']],
  ['  a   b  ', ['a', 'b']],
])('%s', (line, argv) => {
  expect(splitArgv(line)).toEqual({ argv })
})

test.each(['a; b', 'a && b', 'a $(b)', 'a > f', 'a `b`', 'a "$HOME"', 'a *', 'a \\b', 'a {b,c}', "a 'b", 'a # b'])(
  'a shell would read more than words in: %s',
  (line) => {
    expect(splitArgv(line)).toEqual({ problem: expect.any(String) })
  },
)
