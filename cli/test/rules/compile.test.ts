import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, ProblemsError } from '@drillbook/content/errors'
import { type Root, rootAt } from '@drillbook/content/root'
import { readRules } from '@drillbook/content/rules/read-rules'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { compile } from '../../src/commands/rules.ts'
import { compileRules } from '../../src/rules/compile.ts'
import type { Stdio } from '../../src/stdio.ts'
import { checkout, run, scratchFolder } from './tool.ts'

const dir = scratchFolder()
const root: Root = rootAt(join(dir, 'book'))
const out = join(dir, 'out')

beforeEach(() => {
  rmSync(out, { recursive: true, force: true })
  rmSync(root.dir, { recursive: true, force: true })
  cpSync(checkout.alerts, root.alerts, { recursive: true })
  writeFileSync(join(root.dir, 'drillbook.yaml'), 'version: 1\n')
})

afterAll(() => rmSync(dir, { recursive: true }))

const read = (file: string): string => readFileSync(join(out, file), 'utf8')
const withoutHeader = (text: string): string => text.replace(/^# Compiled by [^\n]*\n\n/, '')
const edit = (file: string, change: (text: string) => string): void => {
  const path = join(root.alerts, file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

function problemsOf(action: () => unknown): string[] {
  try {
    action()
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map((p) => `${p.file}:${p.line} ${p.message}`)
    throw error
  }
  return []
}

test('at speed 1 without a base every file is as written, but for the links', () => {
  compileRules({ root, outDir: out, speed: 1 })
  for (const file of ['prometheus.yaml', 'alertmanager.yaml', 'rules/cache-outage.yaml', 'rules/meta.yaml']) {
    const source = readFileSync(join(root.alerts, file), 'utf8')
    expect(withoutHeader(read(file))).toBe(source.replace(/^ *(runbook|dashboard)_url: .*\n/gm, ''))
  }
  expect(read('slack.tmpl')).toBe(readFileSync(join(root.alerts, 'slack.tmpl'), 'utf8'))
})

test('at speed 10 all waiting times are a tenth, and promtool and amtool take the result', () => {
  compileRules({ root, outDir: out, speed: 10 })
  expect(parse(read('prometheus.yaml')).global).toMatchObject({ scrape_interval: '1s', evaluation_interval: '1s' })
  const { route } = parse(read('alertmanager.yaml'))
  expect(route).toMatchObject({ group_wait: '1s', group_interval: '6s', repeat_interval: '24m' })
  expect(route.routes).toMatchObject([{ group_wait: '0s', group_interval: '6s', repeat_interval: '3s' }])
  const alerts = readRules({ ...root, alerts: out }).flatMap((group) => group.rules.filter((rule) => rule.alert))
  expect(alerts).toContainEqual(expect.objectContaining({ alert: 'CacheDown', for: '3s', keepFiringFor: '6s' }))
  expect(run('promtool', ['check', 'config', join(out, 'prometheus.yaml')])).toMatchObject({ status: 0 })
  expect(run('amtool', ['check-config', join(out, 'alertmanager.yaml')])).toMatchObject({ status: 0 })
})

test('group intervals, intervals of single jobs and absent intervals are scaled, too', () => {
  edit('rules/meta.yaml', (text) => text.replace('- name: meta', '- name: meta\n    interval: 30s'))
  edit('prometheus.yaml', (text) =>
    text
      .replace('  evaluation_interval: 10s', '')
      .replace('job_name: redis', 'job_name: redis\n    scrape_timeout: 5s'),
  )
  edit('alertmanager.yaml', (text) => text.replace(/^ {2}group_interval: 1m.*\n/m, ''))
  compileRules({ root, outDir: out, speed: 10 })
  expect(parse(read('rules/meta.yaml')).groups[0].interval).toBe('3s')
  expect(parse(read('prometheus.yaml')).global.evaluation_interval).toBe('6s')
  expect(parse(read('prometheus.yaml')).scrape_configs[1].scrape_timeout).toBe('500ms')
  expect(parse(read('alertmanager.yaml')).route.group_interval).toBe('30s')
})

test('links, environment, addresses and secrets are filled in', () => {
  compileRules({
    root,
    outDir: out,
    alertmanagerDir: join(out, 'am'),
    speed: 1,
    runbookBase: 'https://git.example.org/book/',
    grafanaBase: 'https://grafana.example.org',
    environment: 'lab',
    alertmanagerTargets: ['am-1:9093', 'am-2:9093'],
    slackWebhookFile: '/run/secrets/slack',
    heartbeatUrl: 'https://beat.example.org/x',
  })
  const down = readRules({ ...root, alerts: out })
    .flatMap((g) => g.rules)
    .find((rule) => rule.alert === 'CacheDown')
  expect(down).toMatchObject({
    annotations: {
      runbook_url: 'https://git.example.org/book/runbooks/cache-outage.md',
      dashboard_url: 'https://grafana.example.org/d/drillbook-cache?viewPanel=4',
    },
  })
  const prometheus = parse(read('prometheus.yaml'))
  expect(prometheus.global.external_labels).toEqual({ environment: 'lab' })
  expect(prometheus.alerting.alertmanagers).toEqual([{ static_configs: [{ targets: ['am-1:9093', 'am-2:9093'] }] }])
  const { receivers } = parse(read('am/alertmanager.yaml'))
  expect(receivers[0].slack_configs[0].api_url_file).toBe('/run/secrets/slack')
  expect(receivers[1].webhook_configs[0].url).toBe('https://beat.example.org/x')
  expect(existsSync(join(out, 'am', 'slack.tmpl'))).toBe(true)
})

test('everything wrong is told at once, with file and line, and nothing is written', () => {
  edit('rules/meta.yaml', () =>
    [
      'groups:',
      '  - name: bad',
      '    interval: soon',
      '    rules:',
      '      - record: a:b:c',
      '        expr: |',
      '          sum(',
      '            increase(x[1m])',
      '              + rate(x[20s]))',
      '      - alert: Broken',
      '        expr: rate(x[1m]',
      '        for: 5ms',
    ].join('\n'),
  )
  edit('alertmanager.yaml', (text) => text.replace('group_wait: 10s', 'group_wait: a while'))
  expect(problemsOf(() => compileRules({ root, outDir: out, speed: 10 }))).toEqual([
    'alerts/rules/meta.yaml:3 interval: "soon" is not a duration',
    'alerts/rules/meta.yaml:8 increase() depends on how long its window is, so it cannot be played faster: use rate()',
    'alerts/rules/meta.yaml:9 the range 20s is shorter than four scrapes (40s)',
    'alerts/rules/meta.yaml:12 for: 5ms at speed 10 is 0.5 ms: below 1 ms',
    'alerts/rules/meta.yaml:11 not PromQL at its end',
    'alerts/alertmanager.yaml:9 group_wait: "a while" is not a duration',
  ])
  expect(existsSync(out)).toBe(false)
})

test('a speed that does not divide the durations is refused', () => {
  const problems = problemsOf(() => compileRules({ root, outDir: out, speed: 7 }))
  expect(problems).toContainEqual(expect.stringContaining('not a whole number of ms'))
})

test('a rule file that is no rule file is told with its line', () => {
  edit(
    'rules/meta.yaml',
    () => 'groups:\n  - name: x\n    rules:\n      - alert: A\n        expr: up\n        fro: 1m\n',
  )
  expect(problemsOf(() => readRules(root))).toEqual([
    'alerts/rules/meta.yaml:6 groups.0.rules.0: Unrecognized key: "fro"',
  ])
  edit('rules/meta.yaml', () => 'groups:\n  - name: "x\n    rules: []\n')
  expect(problemsOf(() => readRules(root))[0]).toMatch(/^alerts\/rules\/meta\.yaml:\d+ Missing closing "quote/)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('speed %s is refused', (speed) => {
  expect(() => compileRules({ root, outDir: out, speed })).toThrow(CliError)
})

test('a base that is no URL is refused', () => {
  expect(() => compileRules({ root, outDir: out, speed: 1, runbookBase: 'wiki' })).toThrow('not an http(s) URL: wiki')
})

test('the sources are never compiled over', () => {
  expect(() => compileRules({ root, outDir: root.alerts, speed: 10 })).toThrow('holds the sources')
  expect(() => compileRules({ root, outDir: out, alertmanagerDir: root.alerts, speed: 10 })).toThrow(
    'holds the sources',
  )
  expect(readFileSync(join(root.alerts, 'alertmanager.yaml'), 'utf8')).toContain('group_wait: 10s')
})

test('a compiled file whose source is gone is removed, a file of somebody else stays', () => {
  compileRules({ root, outDir: out, speed: 10 })
  writeFileSync(join(out, 'rules', 'own.yaml'), 'groups: []\n')
  rmSync(join(root.alerts, 'rules', 'meta.yaml'))
  compileRules({ root, outDir: out, speed: 10 })
  expect(existsSync(join(out, 'rules', 'meta.yaml'))).toBe(false)
  expect(existsSync(join(out, 'rules', 'own.yaml'))).toBe(true)
})

test('the command writes below the current folder and prints the paths', async () => {
  const printed: string[] = []
  const stdio: Stdio = {
    out: (text) => void printed.push(text),
    err: () => undefined,
    style: (_style, text) => text,
    columns: () => undefined,
    interactive: false,
    env: {},
    cwd: root.dir,
    signal: new AbortController().signal,
  }
  await compile(stdio, { out: '../out', speed: '10', slackWebhookFile: 'slack-url', json: true })
  expect(JSON.parse(printed.join(''))).toMatchObject({
    speed: 10,
    files: expect.arrayContaining([join(out, 'prometheus.yaml')]),
  })
  expect(parse(read('alertmanager.yaml')).receivers[0].slack_configs[0].api_url_file).toBe(join(root.dir, 'slack-url'))
  await expect(compile(stdio, { out: '../out', speed: 'fast' })).rejects.toThrow('the speed must be a number above 0')
})
