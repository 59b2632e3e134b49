import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { check } from '../../src/commands/check.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

const CHECKOUT = resolve(import.meta.dirname, '../../..')

/** A copy of what is shipped, to plant mistakes in. */
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-check-'))
  for (const name of ['alerts', 'dashboards', 'runbooks', 'environments', 'drillbook.yaml']) {
    cpSync(join(CHECKOUT, name), join(dir, name), {
      recursive: true,
      filter: (source) => !/node_modules|\/(src|test)$/.test(source.slice(CHECKOUT.length)),
    })
  }
})
afterEach(() => rmSync(dir, { recursive: true }))

function plant(file: string, find: string, replacement: string): void {
  const before = readFileSync(join(dir, file), 'utf8')
  if (!before.includes(find)) throw new Error(`${file} has no ${find}`)
  writeFileSync(join(dir, file), before.replaceAll(find, replacement))
}

async function problems(): Promise<string> {
  const { stdio } = capturedStdio({ cwd: dir })
  try {
    await check(stdio, {})
    return ''
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    expect(error.exitStatus).toBe(2)
    return error.message
  }
}

describe('drillbook check', () => {
  test('finds nothing wrong with what is shipped, and says what it looked at', async () => {
    const { stdio, captured } = capturedStdio({ cwd: dir })
    await check(stdio, {})
    expect(captured.stdout).toMatch(
      /All agree: [1-9]\d* alerts, [1-9]\d* runbooks, [1-9]\d* drills, [1-9]\d* environments, [1-9]\d* dashboards\./,
    )
  })

  test.each([
    [
      'alerts/rules/cache-outage.yaml',
      'severity: critical',
      'severity: urgent',
      /cache-outage\.yaml:\d+ {2}ApiLatencyHigh: severity is one of/,
    ],
    [
      'alerts/rules/cache-outage.yaml',
      'summary: A cache server does not answer.',
      'summary: "{{ $value }}"',
      /CacheDown: the summary has to be constant/,
    ],
    [
      'alerts/rules/cache-outage.yaml',
      'alert: CacheDown',
      'alert: CacheGone',
      /CacheGone: runbooks\/cache-outage\.md does not list it/,
    ],
    ['alerts/rules/cache-outage.yaml', 'alert: CacheDown', 'alert: CacheGone', /CacheGone: no drill expects it/],
    [
      'alerts/rules/cache-outage.yaml',
      'alert: CacheDown',
      'alert: CacheGone',
      /no rule gives CacheDown with incident cache-outage/,
    ],
    [
      'alerts/rules/cache-outage.yaml',
      'incident: cache-outage',
      'incident: cash-outage',
      /there is no runbook runbooks\/cash-outage\.md/,
    ],
    ['alerts/rules/cache-outage.yaml', 'viewPanel=4', 'viewPanel=444', /viewPanel=444 leads to no panel/],
    [
      'alerts/rules/cache-outage.yaml',
      'runbook_url: runbooks/cache-outage.md',
      'runbook_url: runbooks/other.md',
      /runbook_url has to be runbooks\/cache-outage\.md/,
    ],
    [
      'runbooks/cache-outage.md',
      'drillbook act show-banner',
      'drillbook act sing',
      /cache-outage\.md:\d+ {2}actions\.sing is missing in environments\/lab/,
    ],
    [
      'runbooks/cache-outage.md',
      "drillbook query 'count by (service, version) (deployment_info)'",
      'drillbook act use-cache',
      /cache-outage\.md:\d+ {2}use-cache stands in a check, and the environment lab does not say that it only reads/,
    ],
    [
      'runbooks/cache-outage.md',
      'cache:hit_ratio',
      'cache:hit_rate',
      /cache-outage\.md:\d+ {2}no rule records cache:hit_rate/,
    ],
    ['runbooks/monitoring.md', 'noDrill:', 'owner2:', /Watchdog: no drill expects it/],
    ['runbooks/triage.md', 'ServiceSaturated: >-', 'ServiceBusy: >-', /noDrill: ServiceBusy is not under alerts/],
    [
      'runbooks/triage.md',
      'ServiceSaturated: >-',
      'ServiceSlow: >-',
      /ServiceSlow: runbooks\/drills\/triage\.unknown\.yaml expects it, but noDrill[\s\S]*ServiceSaturated: no drill expects it/,
    ],
    [
      'environments/lab/faults/cache.yaml',
      'cache-hung:',
      'cache-frozen:',
      /hung-unprotected\.yaml {2}faults\.cache-hung is missing in environments\/lab/,
    ],
    [
      'environments/lab/connections.yaml',
      'port.keeper',
      'port.keepr',
      /environments\/lab\/connections\.yaml:\d+ {2}keeper\.url/,
    ],
    ['runbooks/drills/cache-outage.yaml', 'CacheHitRateZero', 'CacheHitRateNil', /unknown alert CacheHitRateNil/],
    ['runbooks/drills/cache-outage.yaml', 'use-standby-cache', 'use-other-cache', /unknown step use-other-cache/],
  ])('finds the mistake planted in %s: %s', async (file, find, replacement, message) => {
    plant(file, find, replacement)
    expect(await problems()).toMatch(message)
  })

  test('takes a link to a panel in a folded row, and one with further parameters', async () => {
    plant('alerts/rules/cache-outage.yaml', '/d/drillbook-cache?viewPanel=4', '/d/team-shop?var-x=1&viewPanel=4&kiosk')
    expect(await problems()).toContain('leads to no panel')
    const team = { uid: 'team-shop', panels: [{ id: 1, type: 'row', panels: [{ id: 4 }] }] }
    writeFileSync(join(dir, 'dashboards/team.json'), JSON.stringify(team))
    expect(await problems()).toBe('')
  })

  test.each([
    [{ uid: null, panels: [] }, 'dashboards/team.json  no dashboard of Grafana: uid: it has no uid'],
    [{ uid: 'a' }, 'dashboards/team.json  no dashboard of Grafana: panels: it has no panels'],
  ])('says in one sentence what is wrong with the dashboard %j', async (dashboard, sentence) => {
    writeFileSync(join(dir, 'dashboards/team.json'), JSON.stringify(dashboard))
    const [head, ...lines] = (await problems()).split('\n')
    expect([head, lines]).toEqual([expect.stringContaining('1 problem'), [expect.stringContaining(sentence)]])
  })

  test('says that a drill with the ending .yml is not read', async () => {
    writeFileSync(join(dir, 'runbooks/drills/cache-outage.other.yml'), 'title: mine\n')
    expect(await problems()).toContain('runbooks/drills/cache-outage.other.yml  is not read: name it *.yaml')
  })

  test('reports problems of several files at once', async () => {
    plant('alerts/rules/cache-outage.yaml', 'viewPanel=4', 'viewPanel=444')
    plant('runbooks/cache-outage.md', 'drillbook act show-banner', 'drillbook act sing')
    const found = await problems()
    expect(found).toContain('2 problems')
    expect(found).toContain('alerts/rules/cache-outage.yaml')
    expect(found).toContain('runbooks/cache-outage.md')
  })
})
