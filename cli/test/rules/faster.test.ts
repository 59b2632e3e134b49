import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRules } from '@drillbook/content/rules/read-rules'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { compileRules } from '../../src/rules/compile.ts'
import { playFaster } from './play-faster.ts'
import { checkout, run, scratchFolder } from './tool.ts'

const speed = 10
const bases = { runbookBase: 'https://git.example.org/drillbook', grafanaBase: 'https://grafana.example.org' }
const stories = readdirSync(join(checkout.alerts, 'tests'))
const dir = scratchFolder()

beforeAll(() => {
  compileRules({ root: checkout, outDir: dir, speed, ...bases })
})

afterAll(() => rmSync(dir, { recursive: true }))

/** Plays one test file against the rules in `rulesDir`. */
function play(story: string, rulesDir: string): { status: number | null; output: string } {
  const expressions = readRules(checkout).flatMap((group) => group.rules.map((rule) => rule.expr))
  const path = join(checkout.alerts, 'tests', story)
  const played = join(rulesDir, 'played')
  mkdirSync(played, { recursive: true })
  return run('promtool', ['test', 'rules', playFaster(path, played, { speed, rulesDir, expressions, ...bases })])
}

/** The compiled rules with a mistake in them, in a folder of their own. */
function plant(name: string, file: string, mistake: (text: string) => string): string {
  const planted = join(dir, name)
  mkdirSync(planted)
  const compiled = readdirSync(join(dir, 'rules')).filter((each) => each.endsWith('.yaml'))
  for (const each of compiled) copyFileSync(join(dir, 'rules', each), join(planted, each))
  const before = readFileSync(join(planted, file), 'utf8')
  const after = mistake(before)
  expect(after).not.toBe(before)
  writeFileSync(join(planted, file), after)
  return planted
}

test.each(stories)('every case of %s holds ten times faster', (story) => {
  const { output, status } = play(story, join(dir, 'rules'))
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})

test.each([
  [
    'a range that was not scaled',
    'cache-outage.yaml',
    'cache-outage.yaml',
    'cache_lookups_total{result="error"}[6s]',
    '[6s]',
    '[1m]',
  ],
  ['a `for` that was not scaled', 'cache-outage.yaml', 'cache-outage.yaml', 'for: 3s', '3s', '30s'],
  [
    'a keep_firing_for that was not scaled',
    'cache-outage.yaml',
    'cache-outage.yaml',
    'keep_firing_for: 6s',
    '6s',
    '1m',
  ],
  ['an offset that was not scaled', 'cache-outage.normal.yaml', 'shared.yaml', 'offset 6m', '6m', '1h'],
  ['a long range that was not scaled', 'cache-outage.normal.yaml', 'shared.yaml', '[2h18m]', '2h18m', '23h'],
])('%s is found', (name, story, file, at, scaled, unscaled) => {
  const planted = plant(name.replaceAll(/\W/g, '-'), file, (text) => text.replace(at, at.replace(scaled, unscaled)))
  const { status, output } = play(story, planted)
  expect(output).toContain('FAILED')
  expect(status).not.toBe(0)
})
