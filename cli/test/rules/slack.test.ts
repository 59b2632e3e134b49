import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { checkout, outputOf, scratchFolder } from './tool.ts'

const dir = scratchFolder()

afterAll(() => rmSync(dir, { recursive: true }))

interface Alert {
  name: string
  severity?: string
  annotations?: Record<string, string>
  labels?: Record<string, string>
}

/** What Alertmanager's template makes of these alerts, part by part. `ended`: all of them are resolved. */
function render(
  alerts: Alert[],
  { ended = false, environment = 'lab' } = {},
): Record<'title' | 'text' | 'fallback' | 'color' | 'titleLink', string> {
  const groupLabels = { environment, incident: 'cache-outage' }
  const status = ended ? 'resolved' : 'firing'
  const data = {
    receiver: 'slack',
    status,
    groupLabels,
    commonLabels: groupLabels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.org',
    alerts: alerts.map(({ name, severity = 'warning', annotations = {}, labels = {} }) => ({
      status,
      labels: { alertname: name, severity, ...groupLabels, ...labels },
      annotations: { summary: `${name} is on.`, description: `${name} in words.`, ...annotations },
      startsAt: '2026-03-01T03:04:05Z',
      ...(ended ? { endsAt: '2026-03-01T03:09:10Z' } : {}),
    })),
  }
  const file = join(dir, 'data.json')
  writeFileSync(file, JSON.stringify(data))
  const part = (name: string): string =>
    outputOf('amtool', [
      'template',
      'render',
      `--template.glob=${join(checkout.alerts, 'slack.tmpl')}`,
      `--template.text={{ template "drillbook.${name}" . }}`,
      `--template.data=${file}`,
    ])
  return {
    title: part('title'),
    text: part('text'),
    fallback: part('fallback'),
    color: part('color'),
    titleLink: part('title_link'),
  }
}

const links = {
  runbook_url: 'https://git.example.org/runbooks/cache-outage.md',
  dashboard_url: 'https://grafana.example.org/d/drillbook-cache?viewPanel=4',
}

test('a message says how bad, what, where, what to do, and links to what is needed', () => {
  const message = render([
    { name: 'CacheDown', annotations: links },
    { name: 'ApiLatencyHigh', severity: 'critical' },
  ])
  expect(message).toEqual({
    title: 'CRITICAL: cache-outage in lab',
    text: [
      '`drillbook respond cache-outage --env lab`',
      `<${links.runbook_url}|Runbook> · <${links.dashboard_url}|Dashboard> · ` +
        '<http://alertmanager.example.org/#/silences/new?filter=%7Benvironment%3D%22lab%22%2C%20incident%3D%22cache-outage%22%7D|Silence>',
      '*ApiLatencyHigh* (critical, since 03:04:05 UTC): ApiLatencyHigh is on.',
      'ApiLatencyHigh in words.',
      '*CacheDown* (warning, since 03:04:05 UTC): CacheDown is on.',
      'CacheDown in words.',
      '',
    ].join('\n'),
    fallback: 'CRITICAL: cache-outage in lab · CacheDown · ApiLatencyHigh · drillbook respond cache-outage --env lab',
    color: 'danger',
    titleLink:
      'http://alertmanager.example.org/#/alerts?filter=%7Benvironment%3D%22lab%22%2C%20incident%3D%22cache-outage%22%7D',
  })
})

test('warnings alone are a WARNING', () => {
  expect(render([{ name: 'CacheDown' }])).toMatchObject({ title: 'WARNING: cache-outage in lab', color: 'warning' })
})

test('the end is told with what it was and how long it took', () => {
  const message = render([{ name: 'CacheDown', labels: { instance: 'redis-cache' } }], { ended: true })
  expect(message).toMatchObject({
    title: 'RESOLVED: cache-outage in lab',
    text: 'All alerts of this incident have ended. The last:\n*CacheDown* redis-cache, 03:04:05 to 03:09:10 UTC',
    fallback: 'RESOLVED: cache-outage in lab',
    color: 'good',
  })
})

test('a link without a base is left out, the silence link is always there', () => {
  const { text } = render([{ name: 'CacheDown' }])
  expect(text).not.toMatch(/Runbook|Dashboard/)
  expect(text).toContain('|Silence>')
})

test('five alerts at most, the critical one among them, and the number of all', () => {
  const many = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => ({ name }))
  const { text } = render([...many, { name: 'Worst', severity: 'critical' }])
  expect(text.match(/in words/g)).toHaveLength(5)
  expect(text).toContain('*Worst*')
  expect(text).toContain('_5 of 7 alerts shown_')
})

test('what Slack would take for markup is escaped, and links survive odd names', () => {
  const annotations = { description: 'a <!channel> & b' }
  const { text } = render([{ name: 'CacheDown', annotations }], { environment: 'lab two+"' })
  expect(text).toContain('a &lt;!channel&gt; &amp; b')
  expect(text).toContain('filter=%7Benvironment%3D%22lab%20two%2B%5C%22%22%2C%20incident')
})

test.each([
  ['warning', 'info'],
  ['info', 'warning'],
  ['none', 'warning'],
])('the worst severity counts, in any order: %s, %s', (...severities) => {
  expect(render(severities.map((severity) => ({ name: 'A', severity })))).toMatchObject({
    title: 'WARNING: cache-outage in lab',
    color: 'warning',
  })
})

test('the end pings nobody, whatever an instance is called', () => {
  const { text } = render([{ name: 'CacheDown', labels: { instance: '<!here> a&b' } }], { ended: true })
  expect(text).toContain('*CacheDown* &lt;!here&gt; a&amp;b, 03:04:05')
})

test('names are escaped wherever they stand', () => {
  const message = render([{ name: '<!channel>', severity: '<!here>' }], { environment: '<!everyone>' })
  for (const part of [message.title, message.text, message.fallback]) expect(part).not.toMatch(/<!/)
})

test('the end of many alerts shows five and their number, and long texts are cut', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ name: `A${i}`, labels: { instance: 'i'.repeat(400) } }))
  const { text } = render(many, { ended: true })
  expect(text.match(/to 03:09:10/g)).toHaveLength(5)
  expect(text).toContain('_5 of 60 alerts shown_')
  expect(text.length).toBeLessThan(2000)
  const annotations = { description: `${'d'.repeat(299)}ü${'<'.repeat(1200)}` }
  expect(render([{ name: 'CacheDown', annotations }]).text).toContain('dü…\n')
})

test('the fallback of many alerts names five', () => {
  const { fallback } = render(Array.from({ length: 60 }, (_, i) => ({ name: `A${i}` })))
  expect(fallback).toContain('A4 · drillbook respond')
})

test('a runbook address with & stays one', () => {
  const annotations = { runbook_url: 'https://git.example.org/?p=ops&f=runbooks/cache-outage.md' }
  expect(render([{ name: 'CacheDown', annotations }]).text).toContain('?p=ops&amp;f=runbooks/cache-outage.md|Runbook>')
})

test('triage names the specific incident that fires before its own command', () => {
  const { text } = render([
    { name: 'ServiceSlow', annotations: { specific_incidents: '' } },
    { name: 'ServiceErrorsHigh', annotations: { specific_incidents: 'cache-outage, db-overload' } },
  ])
  expect(text).toMatch(
    /^Fires as well: [*]cache-outage, db-overload[*][.] Walk that runbook first[.]\n`drillbook respond /,
  )
  expect(render([{ name: 'ServiceSlow', annotations: { specific_incidents: '' } }]).text).toMatch(
    /^`drillbook respond /,
  )
})
