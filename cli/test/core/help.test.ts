import { afterAll, expect, test } from '@jest/globals'
import { drillbookFolder } from '../support/drillbook-folder.ts'
import { runDrillbook } from '../support/run-drillbook.ts'

const folder = drillbookFolder({ prometheusUrl: 'http://127.0.0.1:1', opsUrls: ['http://127.0.0.1:1'] })
afterAll(() => folder.remove())

const drillbook = (...argv: string[]) => runDrillbook(argv, { cwd: folder.root.dir })

test.each([
  [['help'], 'drillbook [options] [command]'],
  [['help', 'act'], 'drillbook act [options] [name]'],
  [['help', 'lab', 'up'], 'drillbook lab up [options]'],
  [['lab', 'help', 'up'], 'drillbook lab up [options]'],
  [['lab', 'up', '--help'], 'drillbook lab up [options]'],
])('%j shows the help of that very command', async (argv, usage) => {
  const { status, stdout } = await drillbook(...argv)
  expect([status, stdout.split('\n')[0]]).toEqual([0, `Usage: ${usage}`])
})

test.each([
  [['help', 'nope'], /drillbook has no command nope\n.*It has: alerts, .*, lab/],
  [['help', 'lab', 'nope'], /drillbook lab has no command nope\n.*It has: up, down/],
  [['help', 'check', 'more'], /drillbook check has no command more\n.*See: drillbook check --help/],
  [['lab', 'up', '--bad'], /unknown option '--bad'\n\(drillbook lab up --help shows what it takes\)/],
  [['lab', 'nope'], /unknown command 'nope'\n\(drillbook lab --help shows what it takes\)/],
  [['alert'], /unknown command 'alert'\n\(Did you mean alerts\?\)\n\(drillbook --help shows what it takes\)/],
  [['fault', 'start'], /missing required argument 'name'\n\(drillbook fault start --help/],
  [['rules', 'compile', '--out', 'x', '--speed', 'fast'], /argument 'fast' is invalid\. must be a number/],
])('%j is wrong use, and says where the help is', async (argv, message) => {
  const { status, stdout, stderr } = await drillbook(...argv)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})
