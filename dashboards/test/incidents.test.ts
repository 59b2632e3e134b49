import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import type { Panel } from '@grafana/schema'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { generate } from '../src/generate.ts'
import { selectService } from '../src/promql/select-service.ts'
import { dashboardQueries } from '../src/queries.ts'
import { readRules } from '../src/rules/rule-files.ts'
import { RulesError } from '../src/rules/rules-error.ts'
import { committed, GENERATED, panelsOf, RULES } from './committed.ts'

interface Alert {
  alert: string
  expr: string
  severity?: string
  incident?: string
  description?: string
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-incidents-'))
  mkdirSync(join(dir, 'alerts/rules'), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

/** The incident dashboard as it would be with these alerts beside the shipped ones. */
function dashboardWith(...alerts: Alert[]) {
  const rules = alerts.map(({ alert, expr, severity = 'warning', incident = 'disk-full', description = '' }) => ({
    alert,
    expr,
    for: '1m',
    labels: { severity, incident },
    annotations: { summary: 'A disk is full.', description, runbook_url: `runbooks/${incident}.md` },
  }))
  writeFileSync(join(dir, 'alerts/rules/own.yaml'), stringify({ groups: [{ name: 'own', rules }] }))
  const own = readRules(rootAt(dir))
  const all = [...RULES.all, ...own.all]
  const both = { all, alerts: new Map(all.map((each) => [each.alert, each])), recorded: RULES.recorded }
  return JSON.parse(generate(both).get(GENERATED) ?? '')
}

function panelFor(dashboard: ReturnType<typeof dashboardWith>, title: string): Panel {
  const found = panelsOf(dashboard).find((panel) => panel.title === title)
  if (found === undefined) throw new Error(`there is no panel ${title}`)
  return found
}
const exprs = ({ targets = [] }: Panel) => targets.map(({ expr }) => expr)
const steps = ({ fieldConfig }: Panel) => fieldConfig?.defaults.thresholds?.steps
const unit = ({ fieldConfig }: Panel) => fieldConfig?.defaults.unit
const S = 'service=~"$service"'

describe('the incident dashboard', () => {
  test('has a heading for each class and a panel for each alert of it that people answer', () => {
    const wanted = new Set(RULES.all.filter(({ labels }) => labels.severity !== 'none').map(({ alert }) => alert))
    const titles = panelsOf(committed(GENERATED)).map(({ title }) => title)
    expect(titles.slice(3).sort()).toEqual([...wanted].sort())
    const headings = (committed(GENERATED).panels ?? []).filter(({ type }) => type === 'row').map(({ title }) => title)
    const classes = new Set(RULES.all.map(({ labels }) => String(labels.incident)))
    expect(headings).toEqual([...classes].sort().map((name) => `${name}: drillbook respond ${name}`))
  })

  test('shows a new class without an edit: what is compared, the line of its rule, its unit and its command', () => {
    const panel = panelFor(
      dashboardWith({
        alert: 'OwnFull',
        expr: 'disk:used:ratio >= 0.9 and on (service) disk:size_bytes > 0',
        severity: 'critical',
      }),
      'OwnFull',
    )
    expect(exprs(panel)).toEqual([`disk:used:ratio{${S}}`])
    expect([steps(panel), unit(panel)]).toEqual([
      [
        { color: 'transparent', value: null },
        { color: 'red', value: 0.9 },
      ],
      'percentunit',
    ])
    expect(panel.description).toContain('**OwnFull** (critical) fires at >= 0.9 for 1m: `drillbook respond disk-full`.')
    expect(panel.description).toContain('needed, too: `and on (service) disk:size_bytes > 0`')
  })

  test('keeps the ids of all panels when classes and alerts come and go', () => {
    const before = panelsOf(committed(GENERATED)).map(({ title, id }) => [title, id])
    const after = panelsOf(
      dashboardWith({ alert: 'AaaFirst', expr: 'a > 1', incident: 'aaa' }, { alert: 'ZzzLast', expr: 'z > 1' }),
    ).map(({ title, id }) => [title, id])
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after).toHaveLength(before.length + 2)
  })

  test('draws a warning and a critical rule of one name as two lines in one panel, on high values and on low ones', () => {
    const high = dashboardWith(
      { alert: 'OwnFull', expr: 'disk:used:ratio > 0.95', severity: 'critical' },
      { alert: 'OwnFull', expr: 'disk:used:ratio >= 0.8' },
      { alert: 'OwnSlow', expr: 'disk:rate1m < 5', severity: 'critical' },
      { alert: 'OwnSlow', expr: 'disk:rate1m < 10' },
    )
    expect(panelsOf(high).filter(({ title }) => title === 'OwnFull')).toHaveLength(1)
    expect(exprs(panelFor(high, 'OwnFull'))).toEqual([`disk:used:ratio{${S}}`])
    expect(steps(panelFor(high, 'OwnFull'))).toEqual([
      { color: 'transparent', value: null },
      { color: 'orange', value: 0.8 },
      { color: 'red', value: expect.closeTo(0.95, 6) },
    ])
    expect(steps(panelFor(high, 'OwnSlow'))).toEqual([
      { color: 'red', value: null },
      { color: 'orange', value: 5 },
      { color: 'transparent', value: 10 },
    ])
    expect(unit(panelFor(high, 'OwnSlow'))).toBe('ops')
  })

  test('draws a multiple of another series as a line of its own', () => {
    const panel = panelFor(dashboardWith({ alert: 'OwnBusy', expr: 'disk:io >= 5 * disk:io:normal' }), 'OwnBusy')
    expect(exprs(panel)).toEqual([`disk:io{${S}}`, `5 * disk:io:normal{${S}}`])
    expect(steps(panel)).toHaveLength(1)
    expect(panel.description).toContain('fires at >= 5 times normal')
  })

  test.each([
    ['absent(disk:io)', `absent(disk:io{${S}})`],
    ['a > 1 or b > 2', `a{${S}} > 1 or b{${S}} > 2`],
    ['a > on (service) b', `a{${S}} > on (service) b{${S}}`],
  ])('shows the whole of %s, which has no number to draw, and says so; nothing is its normal answer', (expr, shown) => {
    const dashboard = dashboardWith({ alert: 'OwnOdd', expr })
    const panel = panelFor(dashboard, 'OwnOdd')
    expect([exprs(panel), steps(panel)?.length]).toEqual([[shown], 1])
    expect(panel.description).toContain('its whole expression is shown')
    const asked = dashboardQueries(dashboard, { service: '.+', rate_interval: '1m' })
    expect(asked.filter(({ title }) => title === 'OwnOdd').map((query) => query.emptyIsNormal)).toEqual([true])
    expect(asked.filter(({ title }) => title === 'CacheDown').map((query) => query.emptyIsNormal)).toEqual([false])
  })

  test('takes "== 0" for too low, "== 1" for too high, and draws no line at "!="', () => {
    const dashboard = dashboardWith(
      { alert: 'OwnGone', expr: 'disk:up == 0' },
      { alert: 'OwnBad', expr: 'disk:bad == 1' },
      { alert: 'OwnOther', expr: 'disk:kind != 3' },
    )
    expect(steps(panelFor(dashboard, 'OwnGone'))?.map(({ color }) => color)).toEqual(['orange', 'transparent'])
    expect(steps(panelFor(dashboard, 'OwnBad'))).toEqual([
      { color: 'transparent', value: null },
      { color: 'orange', value: 1 },
    ])
    expect(steps(panelFor(dashboard, 'OwnOther'))).toHaveLength(1)
    expect(panelFor(dashboard, 'OwnOther').description).toContain('Normal: level at 3')
  })

  test('takes the unit from how the alert says its value', () => {
    const description = (format: string) => `It is {{ $value | ${format} }}.`
    const dashboard = dashboardWith(
      { alert: 'OwnWaits', expr: 'disk:wait > 1', description: description('humanizeDuration') },
      { alert: 'OwnShare', expr: 'disk:share > 1', description: description('humanizePercentage') },
      { alert: 'OwnSize', expr: 'disk:free > 1', description: description('humanize1024') },
      { alert: 'OwnAge', expr: 'disk:age_seconds:max > 1' },
      { alert: 'OwnPlain', expr: 'disk:plain > 1' },
    )
    const units = ['OwnWaits', 'OwnShare', 'OwnSize', 'OwnAge', 'OwnPlain'].map((name) =>
      unit(panelFor(dashboard, name)),
    )
    expect(units).toEqual(['s', 'percentunit', 'bytes', 's', 'short'])
  })

  test('leaves out an alert without a class, and names one that is no PromQL', () => {
    const alone = dashboardWith({ alert: 'OwnAlone', expr: 'a > 1', incident: '', severity: 'none' })
    expect(panelsOf(alone).map(({ title }) => title)).not.toContain('OwnAlone')
    expect(() => dashboardWith({ alert: 'OwnWrong', expr: 'a >' })).toThrow(RulesError)
    expect(() => dashboardWith({ alert: 'OwnWrong', expr: 'a >' })).toThrow(/own\.yaml: OwnWrong: not PromQL/)
  })
})

test.each([
  ['a', `a{${S}}`],
  ['a{}', `a{${S}}`],
  ['a{b="c"}', `a{b="c", ${S}}`],
  ['a{b="c",}', `a{b="c",${S}}`],
  ['{__name__="a"}', `{__name__="a", ${S}}`],
  ['sum by (x) (rate(a{b="}"}[5m] offset 1h)) / a:b', `sum by (x) (rate(a{b="}", ${S}}[5m] offset 1h)) / a:b{${S}}`],
  ['vector(1)', 'vector(1)'],
])('selectService narrows every selector of %s', (expr, narrowed) => {
  expect(selectService(expr)).toBe(narrowed)
})
