import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRules } from '@drillbook/content/rules/read-rules'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { compileRules } from '../../src/rules/compile.ts'
import { playFaster } from './play-faster.ts'
import { checkout, run, scratchFolder } from './tool.ts'

const speed = 10
const bases = { runbookBase: 'https://git.example.org/drillbook', grafanaBase: 'https://grafana.example.org' }
const dir = scratchFolder()

/** Compiles the rules for a test file at speed 10, and removes them at its end. The folder that holds `rules/`. */
export function compiledRules(): string {
  beforeAll(() => void compileRules({ root: checkout, outDir: dir, speed, ...bases }))
  afterAll(() => rmSync(dir, { recursive: true }))
  return dir
}

/** Plays one test file against the rules in `rulesDir`. */
export function play(story: string, rulesDir: string): { status: number | null; output: string } {
  const expressions = readRules(checkout).flatMap((group) => group.rules.map((rule) => rule.expr))
  const path = join(checkout.alerts, 'tests', story)
  const played = join(rulesDir, 'played')
  mkdirSync(played, { recursive: true })
  return run('promtool', ['test', 'rules', playFaster(path, played, { speed, rulesDir, expressions, ...bases })])
}

/** The compiled rules with a mistake in them, in a folder of their own. */
export function plant(name: string, file: string, mistake: (text: string) => string): string {
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
