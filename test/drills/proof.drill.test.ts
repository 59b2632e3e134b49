import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rootAt } from '@drillbook/content/root'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { drillNames, readDrill } from '../../cli/src/drill/drill-file.ts'
import type { Journal } from '../../cli/src/drill/journal.ts'
import { dashboardQueries } from '../../dashboards/src/queries.ts'
import { Drillbook, type Ended, until } from '../support/drillbook.ts'
import { query } from '../support/prometheus.ts'

const CHECKOUT = resolve(import.meta.dirname, '../..')
const CONTROL_MS = 120_000
const DASHBOARDS = readdirSync(join(CHECKOUT, 'dashboards')).filter((name) => /^(?!package).+[.]json$/.test(name))

/** What is shipped works: nothing fires while all is well, every panel shows data, every drill passes. */
let drillbook: Drillbook
let prometheus: string
beforeAll(async () => {
  drillbook = new Drillbook(1000)
  prometheus = drillbook.url(19090)
  await drillbook.up()
}, 120_000)
afterAll(() => drillbook.remove(), 60_000)

/** Its status. Each of twenty parts has a second to answer, and a busy machine may take that from one of them now and then. */
function healthyLab(): Promise<Ended> {
  return until(
    'a healthy lab',
    60_000,
    () => drillbook.run('lab', 'status', '--json'),
    ({ status }) => status === 0,
  )
}

describe('the healthy lab', () => {
  test('raises no alert in two minutes, while the Watchdog shows that alerting is alive', async () => {
    const from = Date.now()
    await until(
      'the control period',
      CONTROL_MS + 5000,
      async () => Date.now() - from,
      (ms) => ms >= CONTROL_MS,
    )
    const seconds = Math.round(CONTROL_MS / 1000)
    const fired = await query(prometheus, `max_over_time(ALERTS{alertstate="firing"}[${seconds}s])`)
    expect(fired.map(([labels]) => labels.alertname)).toEqual(['Watchdog'])
    const beats = (await (await fetch(`${drillbook.url(18190)}/heartbeats`)).json()) as {
      heartbeats: { receivedAt: string }[]
    }
    // One every six seconds at this speed; half of them is alive enough on a busy machine.
    expect(beats.heartbeats.filter((b) => Date.parse(b.receivedAt) >= from).length).toBeGreaterThan(10)
    const messages = (await (await fetch(`${drillbook.url(18190)}/messages`)).json()) as { messages: unknown[] }
    expect(messages.messages).toEqual([])
  }, 180_000)

  test('takes less than a gigabyte of memory, the whole of it', async () => {
    const { stdout } = await healthyLab()
    const { memoryBytes } = JSON.parse(stdout) as { memoryBytes: number }
    expect(memoryBytes).toBeGreaterThan(100_000_000)
    expect(memoryBytes).toBeLessThan(1_000_000_000)
  })

  test.each(DASHBOARDS)('answers every query of the dashboard %s with data', async (name) => {
    const dashboard = JSON.parse(readFileSync(join(CHECKOUT, 'dashboards', name), 'utf8'))
    const queries = dashboardQueries(dashboard, { service: '.+', rate_interval: '10s' })
    expect(queries.length).toBeGreaterThan(10)
    let unanswered = queries.filter(({ emptyIsNormal }) => !emptyIsNormal)
    const ask = async () => {
      const answers = await Promise.all(unanswered.map(({ expr }) => query(prometheus, expr)))
      unanswered = unanswered.filter((_, index) => answers[index]?.length === 0)
      return unanswered.map(({ title, refId, expr }) => `${title} ${refId}: ${expr}`)
    }
    // A share of nothing is nothing: half a minute is long enough for somebody to come.
    await until('an answer to every query', 30_000, ask, ({ length }) => length === 0)
  })
})

describe.each(drillNames(rootAt(CHECKOUT)))('the drill %s', (name) => {
  const drill = readDrill(rootAt(CHECKOUT), name)

  test('passes: alert, Slack message, the runbook mends it, recovery, resolved', async () => {
    const { status, stdout, stderr } = await drillbook.run('drill', 'run', name, '--unattended', '--json')
    const journal: Journal = JSON.parse(stdout)
    expect({ status, verdict: journal.verdict, reasons: journal.reasons, stderr: status === 0 ? '' : stderr }).toEqual({
      status: 0,
      verdict: 'passed',
      reasons: [],
      stderr: '',
    })
    expect(journal.alerts.expected).toEqual(drill.alerts.expected)
    expect(journal.alerts.fired).toEqual(expect.arrayContaining(drill.alerts.expected))
    expect(journal.alerts.unexpected).toEqual([])
    expect(journal.mitigatedBy).toBe('runbook')
    for (const [moment, at] of Object.entries(journal.times)) expect([moment, at]).toEqual([moment, expect.any(String)])
    expect(journal.messages.map((m) => m.kind)).toEqual(expect.arrayContaining(['firing', 'resolved']))
    expect(journal.overheadSeconds).toBeLessThanOrEqual(1)
    // The fewest are those of the drill in which nobody arrives for half a minute.
    expect(journal.impact.requests).toBeGreaterThan(100)
    const { requests, failed, slow } = journal.impact
    if (drill.protection === 'on') expect((failed ?? 1) / (requests ?? 1)).toBeLessThan(0.01)
    if (drill.protection === 'off') expect((failed ?? 0) + (slow ?? 0)).toBeGreaterThan(100)
    expect(journal.undo.every((u) => u.ok)).toBe(true)

    const ajv = new Ajv2020({ allErrors: true })
    ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)))
    const valid = ajv.compile(JSON.parse(readFileSync(join(CHECKOUT, 'cli/schema/journal.schema.json'), 'utf8')))
    expect(valid(journal) ? [] : valid.errors).toEqual([])
  })

  test('left the lab healthy', async () => {
    await healthyLab()
    expect(await query(prometheus, 'sum(drillbook_fault_active)')).toEqual([[{}, 0]])
  })
})
