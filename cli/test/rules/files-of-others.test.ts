import { CliError } from '@drillbook/content/errors'
import { readRules } from '@drillbook/content/rules/read-rules'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type CompileRulesOptions, compileRules } from '../../src/rules/compile.ts'
import { type Book, book, problemsOf } from './book.ts'
import { run } from './tool.ts'

let b: Book
beforeEach(() => {
  b = book()
})
afterEach(() => b.remove())

const compile = (options: Partial<CompileRulesOptions> = {}): string[] =>
  compileRules({ root: b.root, outDir: b.out, speed: 10, ...options })
const compiledRules = () => parse(b.read('rules/x.yaml')).groups
const problemsWith = (rules: string, speed = 10): string[] => {
  b.put('rules/x.yaml', rules)
  return problemsOf(() => compile({ speed }))
}

describe('a rule file as Prometheus takes it', () => {
  test('may use aliases: each place is scaled by itself, and once', () => {
    expect(
      problemsWith(`groups:
  - name: shop
    interval: &i 30s
    rules: [{ alert: A, expr: "rate(x_total[5m]) > 1", for: &wait 5m, annotations: &text { summary: A is on. } }]
  - name: shop2
    interval: *i
    rules: [{ alert: B, expr: "rate(y_total[5m]) > 1", for: *wait, annotations: *text }]
`),
    ).toEqual([])
    expect(compiledRules()).toMatchObject([
      { interval: '3s', rules: [{ for: '30s' }] },
      { interval: '3s', rules: [{ for: '30s', annotations: { summary: 'A is on.' } }] },
    ])
  })

  test('may merge mappings: what stands in the place itself wins', () => {
    expect(
      problemsWith(`groups:
  - name: shop
    rules:
      - { alert: A, expr: "rate(x_total[5m]) > 1", labels: &who { team: shop, severity: warning } }
      - { alert: B, expr: "rate(x_total[5m]) > 2", labels: { <<: *who, severity: critical } }
      - { alert: C, expr: "rate(x_total[5m]) > 2", labels: { severity: none, <<: [*who, { page: yes }] } }
`),
    ).toEqual([])
    expect(compiledRules()[0].rules).toMatchObject([
      { labels: { team: 'shop', severity: 'warning' } },
      { labels: { team: 'shop', severity: 'critical' } },
      { labels: { team: 'shop', severity: 'none', page: 'yes' } },
    ])
    expect(readRules(b.root).flatMap((group) => group.rules)).toContainEqual(
      expect.objectContaining({ alert: 'B', labels: { team: 'shop', severity: 'critical' } }),
    )
    expect(run('promtool', ['check', 'rules', `${b.out}/rules/x.yaml`])).toMatchObject({ status: 0 })
  })

  test('may have numbers, booleans and nothing for texts', () => {
    expect(
      problemsWith(`groups:
  - name: 7
    rules:
      - { alert: A, expr: 1, for: 0, labels: { priority: 1, page: true }, annotations: { summary: 404, note: } }
`),
    ).toEqual([])
    expect(readRules(b.root).flatMap((group) => group.rules)).toContainEqual(
      expect.objectContaining({
        alert: 'A',
        for: '0',
        labels: { priority: '1', page: 'true' },
        annotations: { summary: '404', note: '' },
      }),
    )
  })

  test('may wait for a year, which is 365 days', () => {
    expect(
      problemsWith(`groups:
  - name: shop
    rules: [{ alert: A, expr: "rate(x_total[5m]) > 2 * rate(x_total[5m] offset 1y)", for: 1y }]
`),
    ).toEqual([])
    expect(compiledRules()[0].rules[0]).toEqual({
      alert: 'A',
      expr: 'rate(x_total[30s]) > 2 * rate(x_total[30s] offset 5w1d12h)',
      for: '5w1d12h',
    })
  })

  test('may have labels for a group, which its alerts carry, and a query offset, which is scaled', () => {
    expect(
      problemsWith(`groups:
  - name: shop
    query_offset: 30s
    labels: { incident: cache-outage, severity: warning }
    rules: [{ alert: A, expr: "rate(x_total[5m]) > 1", labels: { severity: critical } }]
`),
    ).toEqual([])
    expect(compiledRules()[0]).toMatchObject({ query_offset: '3s', labels: { incident: 'cache-outage' } })
    expect(readRules(b.root).flatMap((group) => group.rules)).toContainEqual(
      expect.objectContaining({ alert: 'A', labels: { incident: 'cache-outage', severity: 'critical' } }),
    )
  })

  test('has to end with .yaml: a .yml would be an alert that somebody believes to have', () => {
    b.put('rules/extra.yml', 'groups: []\n')
    const expected = 'alerts/rules/extra.yml:undefined Prometheus loads rules/*.yaml: rename it to extra.yaml'
    expect(problemsOf(() => compile())).toEqual([expected])
    expect(problemsOf(() => readRules(b.root))).toEqual([expected])
  })
})

describe('a fault in a rule file is told with its line', () => {
  const group = (rest: string): string => `groups:\n  - name: x\n    rules:\n${rest}`
  test.each([
    ['an alias without an anchor', group('      - { alert: A, expr: up, for: *wait }'), 'x.yaml:4 .*[*]wait'],
    ['an alias inside of itself', 'groups: &g\n  - *g\n', 'x.yaml:2 .*[*]g'],
    [
      'a merge of a text',
      group('      - { alert: A, expr: up, labels: { <<: text } }'),
      'x.yaml:4 << merges mappings only',
    ],
    ['an expression that is a list', group('      - alert: A\n        expr: [up]'), 'x.yaml:5 groups.0.rules.0.expr'],
    [
      'a label that is a mapping',
      group('      - { alert: A, expr: up, labels: { a: { b: c } } }'),
      'x.yaml:4 .*labels.a',
    ],
    ['a rule that is a text', group('      - up'), 'x.yaml:4 groups.0.rules.0'],
    ['rules that are a mapping', 'groups:\n  - name: x\n    rules: { a: b }\n', 'x.yaml:3 groups.0.rules'],
    ['groups that are a text', 'groups: none\n', 'x.yaml:1 groups'],
    ['a list at the top', '- groups\n', 'x.yaml:1 '],
    ['an empty file', '', 'x.yaml:1 '],
    ['two documents', 'groups: []\n---\ngroups: []\n', 'x.yaml:[23] '],
    ['a tab', 'groups:\n\t- name: x\n', 'x.yaml:2 '],
    ['a key twice', 'groups: []\ngroups: []\n', 'x.yaml:2 '],
  ])('%s', (_name, rules, expected) => {
    for (const speed of [1, 10]) expect(problemsWith(rules, speed)).toContainEqual(expect.stringMatching(expected))
  })

  test('aliases that multiply beyond all measure', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih']) {
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`)
    }
    expect(problemsWith(bomb.join('\n'))).toEqual([expect.stringMatching(/x.yaml:\d+ aliases multiply/)])
  })
})

describe('a fault in a configuration is told with its line', () => {
  test.each([
    ['alertmanager.yaml', 'route: nowhere\nreceivers: []\n', 'alertmanager.yaml:1 route: must be a mapping'],
    ['alertmanager.yaml', 'route:\n  group_wait: [1, 2]\n', 'alertmanager.yaml:2 group_wait: a list or mapping is not'],
    ['alertmanager.yaml', '- a list\n', 'alertmanager.yaml:1 the file: must be a mapping'],
    ['alertmanager.yaml', 'route: { group_wait: *x }\n', 'alertmanager.yaml:1 the alias [*]x'],
    ['prometheus.yaml', 'global: 5\n', 'prometheus.yaml:1 global: must be a mapping'],
    [
      'prometheus.yaml',
      'global: { scrape_interval: 10 }\n',
      'prometheus.yaml:1 scrape_interval: "10" is not a duration',
    ],
  ])('%s: %j', (file, text, expected) => {
    b.put(file, text)
    const found = problemsOf(() => compile())
    expect(found).toContainEqual(expect.stringMatching(expected))
    expect(new Set(found).size).toBe(found.length)
  })

  test('a duration that is none is a fault at speed 1, too', () => {
    b.edit('alertmanager.yaml', (text) => text.replace('group_wait: 10s', 'group_wait: soon'))
    expect(problemsOf(() => compile({ speed: 1 }))).toEqual([
      'alerts/alertmanager.yaml:9 group_wait: "soon" is not a duration',
    ])
  })
})

describe('the Slack webhook', () => {
  const second = `  - name: payments-team
    slack_configs:
      - api_url_file: /etc/alertmanager/payments-webhook
`

  test('is that of the receiver slack: another team keeps its own', () => {
    b.edit('alertmanager.yaml', (text) => text.replace('receivers:\n', `receivers:\n${second}`))
    compile({ slackWebhookFile: '/run/secrets/oncall' })
    const { receivers } = parse(b.read('alertmanager.yaml'))
    const files = receivers.flatMap((r: { slack_configs?: { api_url_file: string }[] }) => r.slack_configs ?? [])
    expect(files.map((each: { api_url_file: string }) => each.api_url_file)).toEqual([
      '/etc/alertmanager/payments-webhook',
      '/run/secrets/oncall',
    ])
  })

  test('is not swallowed where nobody is called slack', () => {
    b.edit('alertmanager.yaml', (text) => text.replaceAll('slack\n', 'chat\n'))
    expect(problemsOf(() => compile({ slackWebhookFile: '/run/secrets/oncall' }))).toEqual([
      'alerts/alertmanager.yaml:26 there is no receiver slack with slack_configs to fill in',
    ])
  })
})

describe('an address that would make dead links or a configuration that cannot be loaded is refused', () => {
  test.each([
    [{ runbookBase: 'https://git.example.org/?p=ops.git&f=' }],
    [{ grafanaBase: 'https://g.example.org/?orgId=2' }],
    [{ grafanaBase: 'https://g.example.org/#top' }],
    [{ runbookBase: 'ftp://git.example.org/book' }],
    [{ alertmanagerTargets: ['http://am:9093/x'] }],
    [{ alertmanagerTargets: ['am'] }],
  ])('%j', (options) => {
    expect(() => compile(options)).toThrow(CliError)
  })

  test('a plain one is taken', () => {
    compile({
      grafanaBase: 'https://g.example.org/grafana/',
      alertmanagerTargets: ['am-1.example.org:9093', '[::1]:9093'],
    })
    expect(run('promtool', ['check', 'config', `${b.out}/prometheus.yaml`])).toMatchObject({ status: 0 })
  })
})
